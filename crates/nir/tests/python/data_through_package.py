"""Reads recordings with the reference package and writes them again: `data_through_package.py OURS THEIRS`."""

import sys

import nir


def main(ours, theirs):
    nir.write_data(theirs, nir.read_data(ours))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
