"""Spike trains of Neo that are made when they are looked at. Importing this imports Neo."""

import numpy as np
import quantities as pq
from neo.core import SpikeTrain
from neo.core.spiketrainlist import SpikeTrainList


class Trains(SpikeTrainList):
    """Neo's own list, which it can already hold as two arrays; but what one pass sorts it would search through once for every
    neuron: for many neurons, seconds instead of minutes."""

    @classmethod
    def of(cls, times_ms, channels, n_channels, t_stop_ms, annotations):
        """Trains of channels 0 to ``n_channels``, with annotations that have a value for each."""
        stop = t_stop_ms * pq.ms
        return cls.from_spike_time_array(times_ms, channels, range(n_channels), stop, "ms", 0.0 * pq.ms, **annotations)

    def _spiketrains_from_array(self):
        if self._spike_time_array is None or not isinstance(self._all_channel_ids, range):
            super()._spiketrains_from_array()
            return
        order = np.argsort(self._channel_id_array, kind="stable")
        times, n_channels = self._spike_time_array[order], len(self._all_channel_ids)
        bounds = np.searchsorted(self._channel_id_array[order], np.arange(n_channels + 1)).tolist()
        columns = {name: values.tolist() for name, values in self._annotations.items()}
        self._items = [
            self._train(
                times[bounds[channel] : bounds[channel + 1]], channel, {name: column[channel] for name, column in columns.items()}
            )
            for channel in self._all_channel_ids
        ]

    def _train(self, times, channel, annotations):
        train = SpikeTrain(times, **self._spiketrain_metadata, **annotations, channel_id=channel)
        train.segment = self.segment
        return train
