"""Machines that a network runs on: one chip, or a board with 48."""

import logging

from gennaker import mapper
from gennaker._run import simulate
from gennaker.errors import NotModelledError
from gennaker.snn import _convert

_log = logging.getLogger("gennaker")


class _Hardware:
    """What chip and board have in common."""

    _machine: str
    _board_type: int

    def __init__(self, eth_ip, stm_ip, experiment_backend_type):
        self.eth_ip = eth_ip
        self.stm_ip = stm_ip
        self.experiment_backend_type = experiment_backend_type
        self.experiment_backend = _Backend(self._board_type, eth_ip, stm_ip)
        #: Where the last network was laid: a ``gennaker.Mapping``.
        self.mapping = None
        #: The account of the last run, as a dictionary.
        self.report = None

    @property
    def energy(self):
        """Not modelled yet."""
        raise NotModelledError("hw.energy: energy is not modelled yet")

    def run(
        self,
        net,
        timesteps,
        sys_tick_in_s=1.0e-3,
        debug=True,
        mapping_only=False,
        reset_board=True,
        make_clean=False,
        experiment_backend_settings=None,
        measure_power=False,
        record_power=False,
        live_power=False,
    ):
        """Maps ``net`` and runs it for ``timesteps`` ticks; the results are in its populations.

        Of the options only ``mapping_only`` changes anything: it maps and does not run. The others are those of the real
        machine and are accepted.
        """
        ignored = {
            "sys_tick_in_s": sys_tick_in_s,
            "debug": debug,
            "reset_board": reset_board,
            "make_clean": make_clean,
            "experiment_backend_settings": experiment_backend_settings,
            "measure_power": measure_power,
            "record_power": record_power,
            "live_power": live_power,
        }
        _log.debug("options without effect here: %s", ignored)
        timesteps = _convert.whole_number("timesteps", timesteps, 0)
        network, records = _convert.built(net)
        self.mapping = mapper.lay_out(network, self._machine, timesteps)
        net.reset()
        if not mapping_only:
            self.report = simulate(net, network, records, timesteps, "chip")


class SpiNNaker2Chip(_Hardware):
    """One chip. The address is accepted and not used."""

    _machine = "chip"
    _board_type = 201

    def __init__(self, eth_ip=None, experiment_backend_type=None):
        super().__init__(eth_ip, None, experiment_backend_type)


class SpiNNcloud48NodeBoard(_Hardware):
    """A board with 48 chips. The addresses are accepted and not used."""

    _machine = "board"
    _board_type = 248

    def __init__(self, stm_ip=None, eth_ip=None, experiment_backend_type=None):
        super().__init__(eth_ip, stm_ip, experiment_backend_type)


class _Backend:
    """What scripts look up about the connection to a board."""

    def __init__(self, board_type, eth_ip, stm_ip):
        self.board_type = board_type
        self.eth_ip = eth_ip
        self.stm_ip = stm_ip
