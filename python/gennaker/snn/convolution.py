"""Convolutions: projections whose synapses follow from a kernel."""

import numpy as np

from gennaker._user import warn
from gennaker.snn import _convert
from gennaker.snn.projection import BaseProjection

#: Keys of ``params`` with their smallest values; those with a default may be missing.
_KEYS = {
    "in_height": 1,
    "in_width": 1,
    "stride_x": 1,
    "stride_y": 1,
    "pool_x": 1,
    "pool_y": 1,
    "pad_top": 0,
    "pad_bottom": 0,
    "pad_left": 0,
    "pad_right": 0,
}
#: Ours.
_MORE_KEYS = {"dilation_x": 1, "dilation_y": 1, "groups": 1}
_NEEDED = ("in_height", "in_width")


class Conv2DProjection(BaseProjection):
    """A convolution (cross-correlation, as in PyTorch) from one stack of images to another.

    Neurons are numbered channel by channel and row by row: ``c * height * width + y * width + x``. ``post`` is a ``lif_conv2d``
    population; a spike of tick t acts at t + 1.

    ``weights`` has the shape (input channels, output channels, kernel height, kernel width), the first two axes the other way
    round than in PyTorch; they become whole numbers from -127 to 127. ``params`` has the keys ``in_height`` and ``in_width``
    (of the image before pooling), ``stride_x``, ``stride_y``, ``pool_x``, ``pool_y`` (windows of spikes that are summed
    before the convolution; 1 for none), ``pad_top``, ``pad_bottom``, ``pad_left``, ``pad_right`` (zeros around the pooled
    image). Of ours are ``dilation_x``, ``dilation_y`` and ``groups``; with groups, ``weights`` has the input channels of one
    group. Missing keys are 1, and 0 for padding.

    **x counts rows and y columns**, as the only public code that fills these keys does it: py-spinnaker2's NIR import takes
    ``stride_x`` and ``pool_x`` from the first image axis, which is the vertical one. It matters only where x and y differ,
    and is said there.
    """

    def __init__(self, pre, post, weights, params, name=None):
        self._weights = weights
        self._params = params
        self._may_differ = False
        super().__init__(pre, post, name)

    @classmethod
    def _with_known_axes(cls, pre, post, weights, params, name):
        """One whose maker knows what x and y mean."""
        projection = cls.__new__(cls)
        projection._weights, projection._params, projection._may_differ = weights, params, True
        BaseProjection.__init__(projection, pre, post, name)
        return projection

    @property
    def weights(self):
        """The kernels, (input channels, output channels, height, width)."""
        return self._weights

    @weights.setter
    def weights(self, weights):
        self._change("_weights", weights)

    @property
    def params(self):
        """Lengths of images, steps, windows and margins."""
        return self._params

    @params.setter
    def params(self, params):
        self._change("_params", params)

    @property
    def output_shape(self):
        """Channels, height and width of the receiving population."""
        geometry = self._geometry()
        (_, channels, *kernel), axes = np.shape(self._weights), (0, 1)
        pooled = [geometry["input"][axis + 1] // geometry["pool"][axis] for axis in axes]
        padded = [pooled[axis] + sum(geometry["padding"][2 * axis : 2 * axis + 2]) for axis in axes]
        reach = [geometry["dilation"][axis] * (kernel[axis] - 1) + 1 for axis in axes]
        return (channels, *((padded[axis] - reach[axis]) // geometry["stride"][axis] + 1 for axis in axes))

    def _change(self, attribute, value):
        before = getattr(self, attribute)
        setattr(self, attribute, value)
        try:
            self._check()
        except Exception:
            setattr(self, attribute, before)
            raise

    def _add_to(self, network, name, pre, post):
        network.add_convolution(name, pre, post, self._kernel(), self._geometry())

    def _array(self):
        """All synapses, one row each, as a list would have them."""
        alone, index = self._alone()
        return np.asarray(alone.synapses(index))

    def _kernel(self):
        what = f"projection `{self.name}`: weights"
        try:
            kernel = np.asarray(self._weights, dtype=float)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"{what} are no array of numbers ({error})") from None
        if kernel.ndim != 4 or 0 in kernel.shape:
            raise ValueError(
                f"{what} have shape {kernel.shape}; it must be (input channels, output channels, kernel height, kernel width)"
            )
        return kernel

    def _geometry(self):
        """What the core takes."""
        given = self._checked_params()
        groups = given["groups"]
        return {
            "input": [self._kernel().shape[0] * groups, given["in_height"], given["in_width"]],
            "stride": [given["stride_x"], given["stride_y"]],
            "dilation": [given["dilation_x"], given["dilation_y"]],
            "pool": [given["pool_x"], given["pool_y"]],
            "padding": [given["pad_top"], given["pad_bottom"], given["pad_left"], given["pad_right"]],
            "groups": groups,
        }

    def _checked_params(self):
        what = f"projection `{self.name}`: params"
        if not hasattr(self._params, "items"):
            raise TypeError(f"{what} is {type(self._params).__name__}; it must be a dictionary")
        known = {**_KEYS, **_MORE_KEYS}
        checked = dict(known)
        for key, value in self._params.items():
            if key not in known:
                raise ValueError(f"{what} has no key `{key}`; it has: {', '.join(known)}")
            checked[key] = _convert.whole_number(f"{what}: {key}", value, known[key], 1 << 15)
        for key in _NEEDED:
            if key not in self._params:
                raise ValueError(f"{what} needs `{key}`: the {key[3:]} of the sending images, before pooling")
        return checked

    def _check(self):
        given = self._checked_params()
        differ = [key for key in ("stride", "pool", "dilation") if given[f"{key}_x"] != given[f"{key}_y"]]
        if differ and not self._may_differ:
            names = ", ".join(f"{key}_x and {key}_y" for key in differ)
            warn(f"projection `{self.name}`: {names} differ; x counts rows and y columns, as in py-spinnaker2's NIR import")
        super()._check()


#: The name that some documents use.
Conv2dProjection = Conv2DProjection
