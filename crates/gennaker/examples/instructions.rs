//! Builds one benchmark on one thread, runs some ticks of it, and prints its number of synapses: what `scripts/instructions.py`
//! counts instructions of. `cargo run --release -p gennaker --example instructions -- brunel:1000 100`

use std::env;
use std::error::Error;

use gennaker::{Options, Simulation, benchmarks};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [name, ticks] = arguments.as_slice() else {
        return Err("usage: instructions BENCHMARK TICKS".into());
    };
    let options = Options { threads: Some(1), ..Options::default() };
    let mut simulation = Simulation::new(&benchmarks::by_name(name)?.network, &options)?;
    simulation.run(ticks.parse()?);
    println!("{}", simulation.report().n_synapses);
    Ok(())
}
