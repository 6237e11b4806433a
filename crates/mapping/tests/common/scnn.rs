//! A convolutional network of the size of those that are trained on event cameras, with small weights.

use gennaker_network::{
    ConnectionList, Connector, Convolution, Model, Network, Population, Projection, for_each_synapse,
};

fn weights(n: u32) -> Vec<f64> {
    (0..n).map(|at| f64::from(at * 7 % 19) - 9.0).collect()
}

/// 2 x 34 x 34, convolution 5 x 5 with stride 2 to 16 x 16 x 16, 3 x 3 to 16 x 16 x 16, sum pooling and 3 x 3 to 8 x 8 x 8, dense to
/// 256 and 10.
pub(crate) fn scnn() -> Network {
    let mut network = Network::new("scnn");
    let mut last = network.add_population(Population::new("input", 2_312, Model::PoissonProcess));
    let convolutions = [
        Convolution {
            stride: [2, 2],
            padding: [1; 4],
            ..Convolution::new([2, 34, 34], 16, [5, 5], weights(2 * 16 * 25))
        },
        Convolution { padding: [1; 4], ..Convolution::new([16, 16, 16], 16, [3, 3], weights(16 * 16 * 9)) },
        Convolution {
            pool: [2, 2],
            padding: [1; 4],
            ..Convolution::new([16, 16, 16], 8, [3, 3], weights(16 * 8 * 9))
        },
    ];
    for (number, convolution) in (1..).zip(convolutions) {
        let size = convolution.output().expect("it fits").iter().product();
        let layer = network.add_population(Population::new(&format!("conv{number}"), size, Model::LifConv2d));
        let connector = Connector::Conv2d(convolution);
        network.add_projection(Projection::new(&format!("kernels{number}"), last, layer, connector));
        last = layer;
    }
    for (name, size) in [("hidden", 256), ("output", 10)] {
        let layer = network.add_population(Population::new(name, size, Model::LifNoDelay));
        let dense = Connector::AllToAll { allow_self_connections: true };
        network.add_projection(Projection::new(name, last, layer, dense));
        last = layer;
    }
    network
}

/// The same network with every kernel written out as a list of synapses.
pub(crate) fn with_rows(mut network: Network) -> Network {
    for index in 0..network.projections.len() {
        if matches!(network.projections[index].connector, Connector::Conv2d(_)) {
            let mut rows = Vec::new();
            for_each_synapse(&network, index, 0..u32::MAX, |s| rows.push((s.pre, s.post, s.weight, 0)));
            network.projections[index].connector = Connector::List(ConnectionList::from_rows(rows));
        }
    }
    let layers = network.populations.iter_mut().filter(|p| p.model == Model::LifConv2d);
    layers.for_each(|population| population.model = Model::LifNoDelay);
    network
}
