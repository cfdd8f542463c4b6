//! The simulation worker: answers the page's requests with runs of the simulator.
fn main() {
    console_error_panic_hook::set_once();
}
