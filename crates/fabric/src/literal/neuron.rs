//! One neuron at a time, written from the equations and from nothing else.

use gennaker_network::annealing::{Cooling, Dice, Law, Rule, decayed};
use gennaker_network::random::{
    Purpose, bernoulli_threshold, key_of, philox, poisson_thresholds, unit_noise,
};
use gennaker_network::{Model, Network, Population, exponential};

/// A neuron with its own copy of everything.
#[derive(Debug, Clone, Default)]
pub(crate) struct Neuron {
    state: State,
    update: Update,
}

/// What evolves.
#[derive(Debug, Clone, Default)]
struct State {
    v: f32,
    u: f32,
    /// Excitatory and inhibitory current or conductance.
    i_exc: f32,
    i_inh: f32,
    refractory: u32,
    is_spent: bool,
    /// Largest drive so far.
    scale: f32,
    /// Whether the spin is up, or the neuron spiked in the tick before.
    is_up: bool,
    /// Tick from which the spin may flip.
    ready: u32,
}

/// The model's parameters for one neuron.
#[derive(Debug, Clone, Default)]
enum Update {
    #[default]
    Relay,
    Listed {
        ticks: Vec<u32>,
    },
    Poisson {
        threshold: u64,
        t_ref: u32,
        draw: Draw,
    },
    PoissonInput {
        thresholds: Vec<u32>,
        draw: Draw,
    },
    Lif {
        membrane: Membrane,
        alpha: f32,
    },
    CurrExp {
        membrane: Membrane,
        alpha: f32,
        exc_decay: f32,
        inh_decay: f32,
        t_refrac: u32,
    },
    CondExp {
        membrane: Membrane,
        conductance: Conductance,
        t_refrac: u32,
    },
    Charge {
        threshold: f32,
        i_offset: f32,
        t_silent: u32,
    },
    Izhikevich {
        a: f32,
        b: f32,
        c: f32,
        d: f32,
        i_offset: f32,
    },
    Qubo {
        membrane: Membrane,
        alpha: f32,
        gain: f32,
        noise: [f64; 2],
        gate: u64,
        noise_draw: Draw,
        gate_draw: Draw,
    },
    Spin(Box<Spin>),
}

/// What a spin does, and when.
#[derive(Debug, Clone)]
struct Spin {
    /// What `on_off` spikes at: a turn to 1 (true) or to -1. None for `gibbs`, which has a bias instead.
    polarity: Option<bool>,
    bias: f32,
    gain: f32,
    law: Law,
    dice: Dice,
    cooling: Cooling,
    temperatures: [f64; 2],
    anneal_ticks: u32,
    classes: [u32; 2],
    rest_shift: u32,
    random_word: u32,
}

#[derive(Debug, Clone, Default)]
struct Membrane {
    threshold: f32,
    i_offset: f32,
    v_reset: f32,
    subtracts: bool,
}

#[derive(Debug, Clone, Default)]
struct Conductance {
    dt_over_tau: f32,
    v_rest: f32,
    e_exc: f32,
    e_inh: f32,
    exc_decay: f32,
    inh_decay: f32,
    g_scale: f32,
}

/// The random word of a source in every tick.
#[derive(Debug, Clone)]
struct Draw {
    word: usize,
    counter: [u32; 3],
    key: [u32; 2],
}

impl Draw {
    /// Of source `i` of population `index`; `seed` is the population's own.
    fn new(network: &Network, index: usize, i: u32, purpose: Purpose, seed: u64) -> Self {
        Self {
            word: i as usize % 64 / 16,
            counter: [i / 64 * 16 + i % 16, index as u32, purpose.word()],
            key: key_of(network.seed ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
        }
    }

    fn at(&self, tick: u32) -> u32 {
        let [block, object, purpose] = self.counter;
        philox([tick, block, object, purpose], self.key)[self.word]
    }
}

impl Neuron {
    pub(crate) fn new(network: &Network, index: usize, i: u32) -> Self {
        let p = &network.populations[index];
        let exact = |name: &str| p.resolve(name, network.seed, index).get(i);
        let value = |name: &str| exact(name) as f32;
        let count = |name: &str| exact(name) as u32;
        let draw = |purpose| Draw::new(network, index, i, purpose, exact("seed") as u64);
        let membrane = || Membrane {
            threshold: value("threshold"),
            i_offset: value("i_offset"),
            v_reset: value("v_reset"),
            subtracts: p.choice("reset") == "reset_by_subtraction",
        };
        let (v, u) = match p.model {
            Model::Izhikevich => (value("v_init"), value("recovery_sensitivity") * value("v_init")),
            model if model.descriptor().parameter("v_init").is_some() => (value("v_init"), 0.0),
            _ => (0.0, 0.0),
        };
        let update = match p.model {
            Model::Relay => Update::Relay,
            Model::SpikeList => Update::Listed { ticks: listed(p, i) },
            Model::SpikesFromArray => Update::Listed { ticks: latency(&exact) },
            Model::PoissonProcess => Update::Poisson {
                threshold: bernoulli_threshold(exact("p")),
                t_ref: count("Tref"),
                draw: draw(Purpose::Poisson),
            },
            Model::PoissonInput => Update::PoissonInput {
                thresholds: poisson_thresholds(exact("mean")),
                draw: draw(Purpose::PoissonInput),
            },
            Model::Lif | Model::LifNoDelay | Model::LifConv2d | Model::LifWide => {
                Update::Lif { membrane: membrane(), alpha: value("alpha_decay") }
            }
            Model::LifCurrExp | Model::LifCurrExpNoDelay | Model::LifCurrExpWide => Update::CurrExp {
                membrane: membrane(),
                alpha: value("alpha_decay"),
                exc_decay: value("exc_decay"),
                inh_decay: value("inh_decay"),
                t_refrac: count("t_refrac"),
            },
            Model::LifCondExp => Update::CondExp {
                membrane: membrane(),
                conductance: Conductance {
                    dt_over_tau: value("dt_over_tau"),
                    v_rest: value("v_rest"),
                    e_exc: value("e_exc"),
                    e_inh: value("e_inh"),
                    exc_decay: value("exc_decay"),
                    inh_decay: value("inh_decay"),
                    g_scale: value("g_scale"),
                },
                t_refrac: count("t_refrac"),
            },
            Model::ChargeAndSpike => Update::Charge {
                threshold: value("threshold"),
                i_offset: value("i_offset"),
                t_silent: count("t_silent"),
            },
            Model::Izhikevich => Update::Izhikevich {
                a: value("recovery_decay"),
                b: value("recovery_sensitivity"),
                c: value("v_reset"),
                d: value("reset_recovery_increment"),
                i_offset: value("i_offset"),
            },
            Model::QuboNeuron => Update::Qubo {
                membrane: membrane(),
                alpha: value("alpha_decay"),
                gain: value("gain"),
                noise: [exact("noise"), exact("noise_decay")],
                gate: bernoulli_threshold(exact("gate")),
                noise_draw: draw(Purpose::Noise),
                gate_draw: draw(Purpose::Gate),
            },
            Model::OnOff | Model::OnOffWide | Model::Gibbs | Model::GibbsWide => {
                Update::Spin(Box::new(Spin::new(network, p, &exact)))
            }
        };
        let mut state = State { v, u, ..State::default() };
        match &update {
            Update::Qubo { membrane, .. } => state.scale = membrane.threshold.abs(),
            Update::Spin(_) => state.is_up = exact("spin_init") > 0.0,
            _ => {}
        }
        Self { state, update }
    }

    /// One tick; how often the neuron fires.
    pub(crate) fn step(&mut self, tick: u32, excitation: i32, inhibition: i32) -> u32 {
        if let Update::PoissonInput { thresholds, draw } = &self.update {
            let drawn = draw.at(tick);
            return thresholds.iter().filter(|threshold| drawn >= **threshold).count() as u32;
        }
        self.state.fires(&self.update, tick, excitation, inhibition).into()
    }
}

impl Membrane {
    fn after_spike(&self, v: f32) -> f32 {
        if self.subtracts { v - self.threshold } else { self.v_reset }
    }
}

impl Spin {
    fn new(network: &Network, population: &Population, exact: &dyn Fn(&str) -> f64) -> Self {
        let count = |name: &str| exact(name) as u32;
        let is_on_off = population.model.descriptor().parameter("polarity").is_some();
        let rule = if population.choice("rule") == "heat_bath" { Rule::HeatBath } else { Rule::Metropolis };
        Self {
            polarity: is_on_off.then(|| exact("polarity") > 0.0),
            bias: if is_on_off { 0.0 } else { exact("bias") as f32 },
            gain: exact("gain") as f32,
            law: Law::new(rule, exact("gate")),
            dice: Dice::new(network.seed, count("replica")),
            cooling: Cooling::named(population.choice("schedule")).expect("a validated choice"),
            temperatures: [exact("hot"), exact("cold")],
            anneal_ticks: count("anneal_ticks").max(1),
            classes: [count("class"), count("n_classes").max(1)],
            rest_shift: count("rest_shift"),
            random_word: count("random_word"),
        }
    }
}

impl State {
    fn fires(&mut self, update: &Update, tick: u32, excitation: i32, inhibition: i32) -> bool {
        let (e, i) = (excitation as f32, inhibition as f32);
        match *update {
            Update::PoissonInput { .. } => false,
            Update::Relay => excitation > 0,
            Update::Listed { ref ticks } => ticks.binary_search(&tick).is_ok(),
            Update::Poisson { threshold, t_ref, ref draw } => {
                self.unless_refractory(t_ref, |_| u64::from(draw.at(tick)) < threshold)
            }
            Update::Lif { ref membrane, alpha } => {
                self.v = settled(self.v * alpha + membrane.i_offset + (e - i));
                self.fire(membrane)
            }
            Update::CurrExp { ref membrane, alpha, exc_decay, inh_decay, t_refrac } => {
                self.i_exc = settled(self.i_exc * exc_decay + e);
                self.i_inh = settled(self.i_inh * inh_decay + i);
                self.unless_refractory(t_refrac, |n| {
                    n.v = settled(n.v * alpha + membrane.i_offset + (n.i_exc - n.i_inh));
                    n.fire(membrane)
                })
            }
            Update::CondExp { ref membrane, ref conductance, t_refrac } => {
                self.i_exc = settled(self.i_exc * conductance.exc_decay + e * conductance.g_scale);
                self.i_inh = settled(self.i_inh * conductance.inh_decay + i * conductance.g_scale);
                self.unless_refractory(t_refrac, |n| {
                    n.relax(conductance, membrane.i_offset);
                    n.fire(membrane)
                })
            }
            Update::Charge { threshold, i_offset, t_silent } => {
                self.charge(tick, e - i, threshold, i_offset, t_silent)
            }
            Update::Izhikevich { a, b, c, d, i_offset } => {
                let input = i_offset + (e - i);
                for _ in 0..2 {
                    self.v = self.v + 0.5 * (0.04 * self.v * self.v + 5.0 * self.v + 140.0 - self.u + input);
                }
                self.u = self.u + a * (b * self.v - self.u);
                let fires = self.v >= 30.0;
                if fires {
                    self.v = c;
                    self.u += d;
                }
                fires
            }
            Update::Qubo { ref membrane, alpha, gain, noise, gate, ref noise_draw, ref gate_draw } => {
                let drive = membrane.i_offset - gain * (e - i);
                self.scale = self.scale.max(drive.abs());
                let noise = decayed(noise[0], noise[1], tick) as f32;
                let u = unit_noise(noise_draw.at(tick));
                self.v = self.v * alpha + drive + noise * self.scale * u;
                let is_open = u64::from(gate_draw.at(tick)) < gate;
                self.is_up = if is_open { self.v >= membrane.threshold } else { self.is_up };
                if self.is_up {
                    self.v = membrane.after_spike(self.v);
                }
                self.v = settled(self.v);
                self.is_up
            }
            Update::Spin(ref spin) => self.turn(spin, tick, e - i),
        }
    }

    /// One tick of a spin.
    fn turn(&mut self, spin: &Spin, tick: u32, input: f32) -> bool {
        self.v = match spin.polarity {
            Some(_) => self.v + spin.gain * input,
            None if tick == 0 => self.v,
            None => spin.bias + spin.gain * input,
        };
        let [class, n_classes] = spin.classes;
        let mut flips = false;
        if tick % n_classes == class && tick >= self.ready {
            let [hot, cold] = spin.temperatures;
            let t = spin.cooling.temperature(hot, cold, tick % spin.anneal_ticks, spin.anneal_ticks);
            let threshold = spin.law.at(t).threshold(spin.dice.test(tick, spin.random_word));
            flips = if self.is_up { -self.v } else { self.v } <= threshold;
        }
        if flips {
            self.is_up = !self.is_up;
            if spin.rest_shift < 8 {
                let rest = spin.dice.rest(tick, spin.random_word, spin.rest_shift);
                self.ready = (tick + 1).saturating_add(rest);
            }
        }
        spin.polarity.map_or(self.is_up, |polarity| flips && self.is_up == polarity)
    }

    /// One tick towards the potential at which leak, conductances and constant input balance.
    fn relax(&mut self, c: &Conductance, i_offset: f32) {
        let g = 1.0 + self.i_exc + self.i_inh;
        let v_inf = (c.v_rest + i_offset + self.i_exc * c.e_exc + self.i_inh * c.e_inh) / g;
        self.v = v_inf + (self.v - v_inf) * exponential::single(-(c.dt_over_tau * g));
    }

    fn fire(&mut self, membrane: &Membrane) -> bool {
        if self.v < membrane.threshold {
            return false;
        }
        self.v = membrane.after_spike(self.v);
        true
    }

    fn unless_refractory(&mut self, length: u32, step: impl FnOnce(&mut Self) -> bool) -> bool {
        if self.refractory > 0 {
            self.refractory -= 1;
            return false;
        }
        let fires = step(self);
        if fires {
            self.refractory = length;
        }
        fires
    }

    fn charge(&mut self, tick: u32, drive: f32, threshold: f32, i_offset: f32, t_silent: u32) -> bool {
        if self.is_spent {
            return false;
        }
        self.v += drive;
        if tick < t_silent {
            return false;
        }
        self.v += i_offset;
        if self.v >= threshold {
            self.is_spent = true;
            self.v = 0.0;
        }
        self.is_spent
    }
}

/// Numbers below the smallest normal one count as 0.
fn settled(x: f32) -> f32 {
    if x.abs() < f32::MIN_POSITIVE { 0.0 } else { x }
}

fn listed(population: &Population, i: u32) -> Vec<u32> {
    let events = population.spikes.ticks().iter().zip(population.spikes.neurons());
    let mut ticks: Vec<u32> = events.filter(|(_, n)| **n == i).map(|(t, _)| *t).collect();
    ticks.sort_unstable();
    ticks
}

fn latency(value: &dyn Fn(&str) -> f64) -> Vec<u32> {
    if value("array") < value("x_min") {
        return Vec::new();
    }
    let x = ((value("array") - value("x_min")) / (value("x_max") - value("x_min"))).min(1.0);
    vec![(value("t_start") + (1.0 - x) * (value("t_stop") - value("t_start"))).round() as u32]
}
