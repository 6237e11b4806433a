"""NIR import has no place here yet; importing this module says so."""

raise ImportError(
    "gennaker cannot import NIR graphs yet (`s2_nir`): build the network with snn.Population and snn.Projection",
    name="gennaker.s2_nir",
)
