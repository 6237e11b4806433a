//! From an optimisation problem to solutions, and to what the machine would need for them.

mod hardware;

pub use hardware::{
    HardwareOptions, HardwareToTarget, MAX_KEPT_FLIPS, OptimisationHardware, on_hardware, spiking_experiment,
};
