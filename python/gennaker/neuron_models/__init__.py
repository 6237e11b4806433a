"""Names that scripts import to tune the chip's programs. Neuron models themselves are listed by ``gennaker.models()``."""
