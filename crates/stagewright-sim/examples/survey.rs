//! Tries a range of seeds and prints which break which rule: `cargo run -p stagewright-sim
//! --example survey -- FIRST..END [BUG]`.

use stagewright_sim::{Bug, try_seed};

#[expect(clippy::print_stdout, reason = "the list is the purpose")]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let range = arguments.next().unwrap_or_else(|| "0..1000".to_owned());
    let bug = arguments.next().and_then(|word| Bug::parse(&word));
    let (first, end) = range.split_once("..").unwrap_or(("0", &range));
    let parse = |text: &str| text.parse::<u64>().unwrap_or_default();
    for seed in parse(first)..parse(end) {
        let tried = std::panic::catch_unwind(|| try_seed(seed, bug));
        match tried {
            Ok(Ok(_)) => {}
            Ok(Err(failure)) => {
                let told = failure.violation.to_string();
                println!("{seed} {}", told.lines().next().unwrap_or_default());
            }
            Err(_) => println!("{seed} PANIC"),
        }
    }
}
