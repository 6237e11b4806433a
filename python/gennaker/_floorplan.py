"""Where PEs lie on a chip. The same table as in the core (crates/machine/src/quad.rs); a test compares them."""

#: Columns and rows of the grid of QuadPEs.
GRID_X, GRID_Y = 7, 6
#: Place of each QuadPE, in the order of its cores: those of the first are 1 to 4.
QUADS = tuple(
    (int(place[0]), int(place[1]))
    for place in (
        "76 75 66 65 64 54 56 36 46 55 35 45 16 26 15 25 14 24 34 11 21 12 22 13 23 33 51 31 41 52 32 42 71 61 72 62 63 53"
    ).split()
)
#: The router covers two places.
ROUTER = ((4, 3), (4, 4))


#: Side of a PE's square where a QuadPE's is 1.
SIDE = 0.44


def corner(core):
    """Lower left corner of a PE's square, from the number of its core."""
    quad, pe = divmod(core - 1, 4)
    x, y = QUADS[quad]
    return x - 0.46 + (pe % 2) * 0.47, y - 0.46 + (pe // 2) * 0.47
