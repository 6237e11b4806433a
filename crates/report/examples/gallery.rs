//! Draws every kind of picture from made-up data: `cargo run -p gennaker-report --example gallery -- FOLDER`.

use std::error::Error;
use std::path::Path;

use gennaker_report::*;

/// A cheap stream of numbers from 0 to 1.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from((self.0 >> 40) as u32) / f64::from(1u32 << 24)
    }
}

/// Spikes whose probability per tick swings between a tenth and twice of `p`.
fn spikes(size: u32, ticks: u32, p: f64, noise: &mut Noise) -> (Vec<u32>, Vec<u32>) {
    let mut events = (Vec::new(), Vec::new());
    for tick in 0..ticks {
        let swing = 1.05 + 0.95 * (f64::from(tick) / 30.0).sin();
        for neuron in 0..size {
            if noise.next() < p * swing {
                events.0.push(tick);
                events.1.push(neuron);
            }
        }
    }
    events
}

fn save(folder: &Path, name: &str, picture: &Picture) -> Result<(), Box<dyn Error>> {
    std::fs::write(folder.join(format!("{name}.svg")), picture.svg())?;
    std::fs::write(folder.join(format!("{name}.png")), picture.to_png(1.5)?)?;
    Ok(())
}

fn raster(title: &str, parts: &[(&str, u32, f64)], ticks: u32, tick_ms: f64) -> Result<Picture, ReportError> {
    let mut noise = Noise(1);
    let data: Vec<_> = parts.iter().map(|&(_, size, p)| spikes(size, ticks, p, &mut noise)).collect();
    let populations: Vec<RasterPopulation<'_>> = parts
        .iter()
        .zip(&data)
        .map(|((name, size, _), events)| RasterPopulation {
            name,
            size: *size,
            ticks: &events.0,
            neurons: &events.1,
        })
        .collect();
    Raster { title, populations: &populations, ticks: 0..ticks, tick_ms }.draw()
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "gallery".to_owned());
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    save(folder, "raster-small", &raster("pair", &[("stimulus", 2, 0.1), ("cell", 5, 0.05)], 200, 1.0)?)?;
    let balanced = [("excitatory", 800, 0.008), ("inhibitory", 200, 0.012), ("silent", 50, 0.0)];
    save(folder, "raster-marks", &raster("balanced random network", &balanced, 1000, 1.0)?)?;
    let large = [("excitatory", 8000, 0.004), ("inhibitory", 2000, 0.01)];
    save(folder, "raster-pixels", &raster("balanced random network", &large, 2000, 0.1)?)?;
    let many: Vec<(&str, u32, f64)> = ["L2/3e", "L2/3i", "L4e", "L4i", "L5e", "L5i", "L6e", "L6i"]
        .into_iter()
        .zip([
            (2000, 0.001),
            (600, 0.003),
            (2200, 0.004),
            (550, 0.006),
            (500, 0.007),
            (100, 0.008),
            (1400, 0.001),
            (300, 0.007),
        ])
        .map(|(name, (size, p))| (name, size, p))
        .collect();
    save(folder, "raster-many", &raster("cortical microcircuit", &many, 15_000 / 10, 1.0)?)?;

    let ticks: Vec<u32> = (0..400).collect();
    let traces = |n: u32| {
        (0..n)
            .map(|neuron| {
                let mut v = 0.0;
                let mut noise = Noise(u64::from(neuron) + 7);
                let values = ticks.iter().map(|_| {
                    v = v * 0.95 + 0.4 + noise.next() * f64::from(neuron + 1) * 0.5;
                    if v >= 10.0 {
                        v -= 10.0;
                    }
                    v
                });
                Trace { neuron, values: values.collect(), spikes: Vec::new() }
            })
            .collect::<Vec<_>>()
    };
    let with_spikes = |mut traces: Vec<Trace>| {
        for trace in &mut traces {
            let drops = trace.values.windows(2).zip(1u32..).filter(|(pair, _)| pair[1] < pair[0] - 5.0);
            trace.spikes = drops.map(|(_, tick)| tick).collect();
        }
        traces
    };
    let panel = |name, n, threshold| TracePanel {
        name,
        variable: "v",
        unit: "1",
        ticks: &ticks,
        traces: with_spikes(traces(n)),
        n_not_shown: 0,
        threshold,
    };
    let panels = [panel("excitatory", 2, Some(10.0)), panel("inhibitory", 9, None)];
    save(folder, "traces", &Traces { title: "pair", panels: &panels, ticks: 0..400, tick_ms: 1.0 }.draw()?)?;

    let mut noise = Noise(3);
    let rates: Vec<f64> = (0..5000).map(|_| (noise.next() + noise.next() + noise.next()) * 9.0).collect();
    let populations = [
        RatePopulation { name: "excitatory", rates_hz: &rates, n_silent: 100 },
        RatePopulation { name: "inhibitory", rates_hz: &rates[..300], n_silent: 0 },
    ];
    save(
        folder,
        "rates",
        &RateHistogram { title: "balanced random network", populations: &populations, resolution_hz: 0.0 }
            .draw()?,
    )
}
