//! The page while it is worked on: `trunk serve`, with everything it needs.
//!
//! In: a port, and whether to optimise. Out: a served page, its address printed once it answers;
//! returns when Trunk ends, or never until Ctrl-C.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, TcpStream};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::project::Project;
use crate::report::{Step, advise, say};
use crate::setup::{self, Mode, Need};
use crate::stages;

/// How long one attempt to reach the served page may take: it is on this machine.
const KNOCK: Duration = Duration::from_millis(100);

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Where to serve the page on this machine
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Optimise: slower to build, quicker to run
    #[arg(long)]
    release: bool,
    /// Open the page in this system's browser
    #[arg(long)]
    open: bool,
    /// Install nothing; say what is missing instead
    #[arg(long)]
    skip_setup: bool,
}

/// What it takes to build the page, optimised or not: a first start sets everything up, so
/// that `--release` and plain `trunk build --release` are ready as well.
const NEEDS: &[Need] = &[
    Need::WasmTarget,
    Need::Trunk,
    Need::WasmBindgen,
    Need::Node,
    Need::WasmOpt,
];

pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    let address = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, options.port));
    // Asked first: a build of minutes must not end in "address in use".
    if let Err(error) = TcpListener::bind(address) {
        return Err(advise(
            format_args!("nothing can be served at {address}: {error}"),
            "end what is served there, or choose another port with --port",
        ));
    }
    let tools = setup::provide(project, NEEDS, Mode::from_skip(options.skip_setup))?;
    let job = stages::trunk(project, &tools)?
        .arg("serve")
        .args(["--port", &options.port.to_string()])
        // Apart from `dist`, so that the browser tests never meet a page that is being worked on.
        .arg("--dist")
        .arg(project.target.join("serve"))
        .args(options.release.then_some("--release"))
        .args(options.open.then_some("--open"));

    let step = Step::begin("serve");
    step.note("building the page; the first time takes some minutes");
    let mut told = false;
    let status = job.run_beside(|_| {
        // Trunk begins to listen when the first build is done.
        if !told && TcpStream::connect_timeout(&address, KNOCK).is_ok() {
            told = true;
            say(format_args!(
                "\n  Interplay is at http://{address}/ (end with Ctrl-C)\n"
            ));
        }
    })?;
    if !status.success() {
        bail!("trunk ended ({status}); what it said is above");
    }
    Ok(())
}
