//! A spiking convolutional network for event-camera recordings, measured in recordings per second.
//!
//! Weights, thresholds and input are made from hash numbers, bit for bit as `benches/peers/scnn_network.py` defines and explains them; its
//! size and activity are those of networks for N-MNIST (Orchard et al., Frontiers in Neuroscience 9, 437, 2015). All numbers are whole, so
//! every simulator gives the same counts.

use std::time::Instant;

use gennaker_deploy::{Layer, Lowered, LoweringOptions, Port, Readout, Sample};
use gennaker_network::{
    ConnectionList, Connector, Convolution, Model, Network, Parameter, Population, Projection,
};
use serde::{Deserialize, Serialize};

use crate::deployment::{Deployment, SampleRun};
use crate::error::Error;

use super::Benchmark;

/// Ticks of a recording.
const TICKS: u32 = 300;
/// Draws per tick.
const DRAWS: u64 = 14;
/// Ticks that the centre takes along one side of its way.
const SIDE: u32 = 100;
const CORNERS: [(u32, u32); 4] = [(11, 11), (16, 22), (22, 11), (11, 11)];
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
const STREAM: u64 = 0xD1B5_4A32_D192_ED03;
/// What must come out.
const EXPECTED: &str = include_str!("../../../../benches/peers/scnn_expected.json");

/// Recordings with known counts.
pub const SCNN_RECORDINGS: usize = 64;

/// The network with recording 0 in its input.
#[must_use]
pub fn scnn() -> Benchmark {
    let mut network = scnn_network();
    network.populations[0].spikes = scnn_recording(0).spikes;
    let ticks = TICKS + network.projections.len() as u32;
    Benchmark { name: "scnn".to_owned(), network, tick_ms: 1.0, settle: 0, ticks, expected: Vec::new() }
}

/// The network without input: 2 x 34 x 34 - 20 kernels of 5 x 5 - pooled, 32 of 5 x 5 - pooled, 128 of 3 x 3 - 500 - 10.
fn scnn_network() -> Network {
    let mut network = Network::new("scnn");
    network.add_population(Population::new("input", 2 * 34 * 34, Model::SpikeList).with_shape(&[2, 34, 34]));
    let first = Convolution { padding: [1; 4], ..kernels(0, [2, 34, 34], 20, 5, 12) };
    let second = Convolution { pool: [2, 2], ..kernels(1, [20, 32, 32], 32, 5, 8) };
    let third = Convolution { pool: [2, 2], ..kernels(2, [32, 12, 12], 128, 3, 8) };
    for (layer, (convolution, threshold)) in
        [(first, 850.5), (second, 7800.5), (third, 10_000.5)].into_iter().enumerate()
    {
        let shape = convolution.output().expect("the lengths above fit");
        let cells = cells(layer, shape.iter().product(), Model::LifConv2d, threshold).with_shape(&shape);
        add(&mut network, cells, Connector::Conv2d(convolution));
    }
    for (layer, n_in, n_out, threshold) in [(3, 2048, 500, 3850.5), (4, 500, 10, 1750.5)] {
        let weights = weights(layer, u64::from(n_in) * u64::from(n_out), 8);
        let pairs = (0..n_out).flat_map(|post| (0..n_in).map(move |pre| (pre, post)));
        let rows = pairs.zip(weights).map(|((pre, post), weight)| (pre, post, weight, 0));
        let list = ConnectionList::from_rows(rows.filter(|row| row.2 != 0.0));
        let cells = cells(layer as usize, n_out, Model::LifNoDelay, threshold);
        add(&mut network, cells, Connector::List(list));
    }
    network
}

fn cells(layer: usize, n: u32, model: Model, threshold: f64) -> Population {
    Population::new(&format!("layer {layer}"), n, model)
        .with("threshold", threshold)
        .with("alpha_decay", 1.0)
        .with("reset", Parameter::Text("reset_to_v_reset".to_owned()))
}

fn add(network: &mut Network, cells: Population, connector: Connector) {
    let name = format!("onto {}", cells.name);
    let post = network.add_population(cells);
    network.add_projection(Projection::new(&name, post - 1, post, connector));
}

/// Kernels whose weights are numbered (out, in, y, x).
fn kernels(layer: u64, input: [u32; 3], out: u32, side: u32, drift: i64) -> Convolution {
    let (channels, area) = (input[0] as usize, (side * side) as usize);
    let numbered = weights(layer, u64::from(out) * (channels * area) as u64, drift);
    let mut weights = Vec::with_capacity(numbered.len());
    for channel in 0..channels {
        for out in 0..out as usize {
            weights.extend_from_slice(&numbered[(out * channels + channel) * area..][..area]);
        }
    }
    Convolution::new(input, out, [side, side], weights)
}

fn weights(layer: u64, n: u64, drift: i64) -> Vec<f64> {
    let weight = |i| ((hash(layer, i) >> 56) as i64 - 128 + drift).clamp(-127, 127);
    #[expect(clippy::cast_precision_loss, reason = "at most 127")]
    (0..n).map(|i| weight(i) as f64).collect()
}

/// Number `i` of a stream.
fn hash(stream: u64, i: u64) -> u64 {
    let z = stream.wrapping_mul(STREAM).wrapping_add((i + 1).wrapping_mul(GOLDEN));
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// One recording: a blob that goes round a triangle.
#[must_use]
pub fn scnn_recording(recording: u64) -> Sample {
    let mut spikes = Vec::new();
    for tick in 0..TICKS {
        let (side, p) = ((tick / SIDE) as usize, tick % SIDE);
        let (from, to) = (CORNERS[side], CORNERS[side + 1]);
        let at = |from: u32, to: u32| (from * (SIDE - p) + to * p) / SIDE;
        for draw in 0..DRAWS {
            let g = hash(1000 + recording, DRAWS * u64::from(tick) + draw);
            let spread = |shift: u32| (0..3).map(|k| (g >> (shift + 3 * k) & 7) as u32).sum::<u32>();
            // Centres lie between 11 and 22, so that no pixel is outside.
            let (x, y) = (at(from.0, to.0) + spread(0) - 10, at(from.1, to.1) + spread(9) - 10);
            let channel = (g >> 18 & 1) as u32;
            spikes.push((tick, (channel * 34 + y) * 34 + x));
        }
    }
    Sample::from_spikes(&format!("recording {recording}"), spikes, TICKS)
}

/// What must come out, by recording.
#[derive(Deserialize)]
struct Expected {
    /// Spikes per layer, the input first.
    spikes: Vec<Vec<u64>>,
    /// Spikes of each output neuron.
    outputs: Vec<Vec<f64>>,
}

/// Recordings per second.
#[derive(Debug, Clone, Serialize)]
pub struct ScnnMeasurement {
    /// Recordings run side by side.
    pub batch: usize,
    /// Threads.
    pub threads: usize,
    /// Timed repetitions, of which the fastest counts.
    pub repeats: u32,
    /// Seconds to build the network in memory, once for each thread.
    pub build_s: f64,
    /// Recordings per second, from spikes in memory to counts.
    pub recordings_per_second: f64,
    /// Milliseconds per recording.
    pub ms_per_recording: f64,
    /// Synapses that spikes met, per recording.
    pub synaptic_events: f64,
    /// Nanoseconds per such synapse and thread, neurons and all else included.
    pub ns_per_synaptic_event: f64,
    /// Whether all counts of all layers and outputs were those of the definition.
    pub as_expected: bool,
}

/// Runs the first `batch` recordings `repeats` times.
///
/// # Errors
/// [`Error::Engine`] if there are no threads.
pub fn measure_scnn(batch: usize, threads: usize, repeats: u32) -> Result<ScnnMeasurement, Error> {
    let samples: Vec<Sample> = (0..batch as u64).map(scnn_recording).collect();
    let mut deployment = Deployment::new(lowered());
    deployment.threads = Some(threads);
    let start = Instant::now();
    let mut runner = deployment.runner(Readout::SpikeCount)?;
    let build_s = start.elapsed().as_secs_f64();
    let mut best = f64::INFINITY;
    let mut as_expected = true;
    let mut events = 0;
    for _ in 0..=repeats {
        let start = Instant::now();
        let runs = runner.run(&samples)?;
        best = best.min(start.elapsed().as_secs_f64());
        as_expected &= is_expected(&runs);
        events = runs.iter().map(|run| run.n_synaptic_events).sum();
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of recordings and synapses")]
    let (n, events) = (batch.max(1) as f64, events as f64);
    #[expect(clippy::cast_precision_loss, reason = "a few threads")]
    let used = threads.min(batch).max(1) as f64;
    Ok(ScnnMeasurement {
        batch,
        threads,
        repeats,
        build_s,
        recordings_per_second: n / best,
        ms_per_recording: 1e3 * best / n,
        synaptic_events: events / n,
        ns_per_synaptic_event: 1e9 * best * used / events.max(1.0),
        as_expected,
    })
}

fn is_expected(runs: &[SampleRun]) -> bool {
    let mut networks: std::collections::BTreeMap<String, Expected> =
        serde_json::from_str(EXPECTED).expect("the file is part of the project");
    let expected = networks.remove("scnn").expect("the network is in it");
    runs.iter().enumerate().all(|(at, run)| {
        expected.spikes.get(at).is_none_or(|spikes| *spikes == run.n_spikes)
            && expected.outputs.get(at).is_none_or(|outputs| *outputs == run.outputs[0].values)
    })
}

/// The network as lowering would have made it.
fn lowered() -> Lowered {
    let network = scnn_network();
    let n = network.populations.len();
    let port = |population: usize, spikes| Port {
        node: network.populations[population].name.clone(),
        population,
        shape: vec![network.populations[population].size as usize],
        spikes,
    };
    let layer = |(at, p): (usize, &Population)| Layer {
        name: p.name.clone(),
        kind: "IF",
        shape: vec![p.size as usize],
        model: p.model.name(),
        latency_ticks: at as u32,
        alpha_decay: None,
        current_decay: None,
        threshold: None,
        scale: None,
        v_scale: None,
        weights: None,
    };
    Lowered {
        inputs: vec![port(0, true)],
        outputs: vec![port(n - 1, true)],
        layers: network.populations.iter().enumerate().map(layer).collect(),
        tail_ticks: n as u32 - 1,
        v_scales: vec![Vec::new(); n],
        notes: Vec::new(),
        options: LoweringOptions::default(),
        network,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_and_events_are_those_of_the_definition() {
        assert_eq!(weights(0, 6, 12), [110.0, -6.0, -110.0, 127.0, -89.0, -33.0]);
        let sums = [(0, 1000, 12), (1, 16_000, 8), (2, 36_864, 8), (3, 1_024_000, 8), (4, 5000, 8)];
        let sums = sums.map(|(layer, n, drift)| weights(layer, n, drift).iter().sum::<f64>());
        assert_eq!(sums, [9306.0, 131_418.0, 278_590.0, 7_587_987.0, 32_960.0]);
        let recording = scnn_recording(0);
        assert_eq!(recording.spikes.len(), 4149);
        assert!(recording.spikes.at(0).contains(&(5 * 34 + 12)));
    }

    #[test]
    fn counts_are_those_of_the_definition() {
        let measured = measure_scnn(3, 2, 1).unwrap();
        assert!(measured.as_expected && measured.synaptic_events > 2e7, "{measured:?}");
    }
}
