//! Agents that end their work when nobody is there to record it (decision 3).

use super::effects::{Effects, events};
use crate::world::{World, eventually};

/// Goal: an agent that ends its work after its orchestrator died is asked again under
/// the same key, and its first effect counts once.
#[test]
fn an_agent_that_outlives_its_orchestrator_is_asked_under_the_same_key() {
    let world = World::new();
    Effects::provide(&world);
    // It goes on only when the orchestrator, its parent, is gone.
    world.write(
        "outlives.sh",
        "if [ ! -e began ]; then : > began; until [ -e go ] || [ ! -e outlives.sh ]; do sleep 0.01; done; fi\n\
         sh effect.sh\n",
    );
    world.write(
        "pipeline.yaml",
        "name: outlives\nstages: [{id: only, agents: [{id: late, run: [sh, outlives.sh]}]}]\n",
    );
    let going = world.start(&["run", "pipeline.yaml"]);
    eventually("the agent runs", || {
        world.path("began").exists().then_some(())
    });
    going.kill();
    world.write("go", "");
    Effects::at_least(1, &world);
    world.call(&["resume", "latest"]).leaves(0);

    let effects = Effects::of(&world);
    assert_eq!(effects.agents(), ["late", "late"]);
    assert_ne!(effects.0[0].launch, effects.0[1].launch);
    assert_eq!(effects.keys().len(), 1);
    let history = world.history("latest");
    assert_eq!(events(&history, "attempt_lost").len(), 1);
    assert_eq!(events(&history, "attempt_finished").len(), 1);
}
