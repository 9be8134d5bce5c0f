//! Prints what happens in a seed: `cargo run -p stagewright-sim --example replay --
//! SEED [BUG]`.

use stagewright_sim::{Bug, replay};

#[expect(clippy::print_stdout, reason = "the log is the purpose")]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let seed = arguments.next().and_then(|word| word.parse().ok());
    let bug = arguments.next().and_then(|word| Bug::parse(&word));
    let (log, violation) = replay(seed.unwrap_or(0), bug);
    println!("{log}");
    match violation {
        Some(violation) => println!("BROKEN {violation}"),
        None => println!("all rules hold"),
    }
}
