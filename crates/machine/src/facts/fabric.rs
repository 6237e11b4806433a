//! Queues and ports on a packet's way, which only the event level of fidelity looks at.

use super::fact_table;

const CHIP26: &str = "Scholze et al. 2026, arXiv 2607.24396";
const NONE: &str = "not published";

fact_table! { Spinnaker2;
    ROUTER_NOC_PORTS: u32 = 6, "", Secondary, "fabric.router_noc_ports", CHIP26,
        "Ports between the event router and the data network, each one flit per router cycle.";
    ROUTER_INPUT_PACKETS: u32 = 64, "packets", Assumed, "fabric.router_input_packets", NONE,
        "Packets from one link that wait before the router's engines; the link stops when there is no room.";
    ROUTER_ISSUE_PACKETS: u32 = 16, "packets", Assumed, "fabric.router_issue_packets",
        "that there is an out-of-order issue buffer is published, not its size",
        "Packets that wait beside the engines for a blocked output; when there are more, the engines stop.";
    LINK_OUTPUT_PACKETS: u32 = 16, "packets", Assumed, "fabric.link_output_packets", NONE,
        "Packets that wait at a link's output before it counts as blocked.";
    LINK_PACKETS_SHORT_PAYLOAD: u32 = 1, "packets", Derived, "fabric.link_packets_short_payload", CHIP26,
        "Link packets of a multicast packet with 0 or 32 bits of payload: at most 72 bits and a checksum of 12 in 96 bits.";
    LINK_PACKETS_LONG_PAYLOAD: u32 = 2, "packets", Derived, "fabric.link_packets_long_payload", CHIP26,
        "Link packets of a multicast packet with 64 or 128 bits of payload.";
}
