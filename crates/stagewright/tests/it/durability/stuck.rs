//! A try that never ends is not tried for ever (decision 3).

use super::effects::{Effects, events};
use crate::world::World;

/// Goal: three crashes during one try leave the run stuck, with advice and exit 43; a
/// fourth launch comes only when a person asks for it.
#[test]
fn three_crashes_in_one_try_are_enough() {
    let world = World::new();
    Effects::provide(&world);
    world.write(
        "hangs.sh",
        "sh effect.sh; until [ -e go ] || [ ! -e hangs.sh ]; do sleep 0.01; done",
    );
    world.write(
        "pipeline.yaml",
        "name: stuck\nstages: [{id: only, agents: [{id: hangs, run: [sh, hangs.sh]}]}]\n",
    );
    let mut arguments = ["run", "pipeline.yaml"];
    for launches in 1..=3 {
        let going = world.start(&arguments);
        Effects::at_least(launches, &world);
        going.kill();
        arguments = ["resume", "latest"];
    }
    world
        .call(&arguments)
        .leaves(43)
        .says("`hangs` was launched 3 times for one try and never ended")
        .says("retry --from hangs");

    let effects = Effects::of(&world);
    assert_eq!(effects.agents(), ["hangs"; 3]);
    assert_eq!(effects.keys().len(), 1, "all of one try");
    let history = world.history("latest");
    assert_eq!(events(&history, "attempt_lost").len(), 3);
    assert_eq!(events(&history, "stuck").len(), 1);
    let report = world.call(&["report", "latest", "--format", "json"]);
    assert_eq!(report.json()["state"], "stuck");

    // A person has looked, and asks again: a new try, with a key of its own.
    world.write("go", "");
    world.call(&arguments).leaves(0);
    let effects = Effects::of(&world);
    assert_eq!(effects.agents(), ["hangs"; 4]);
    assert_eq!(effects.keys().len(), 2);
}
