//! The simulation worker: answers the page's requests with runs of the simulator.
fn main() {}
