//! Processes that outlive their orchestrator and are found by their marker
//! (decision 14), which takes a process table like that of Linux.

use super::effects::Effects;
use crate::world::{World, eventually};
use std::path::Path;

/// The first launch starts a process that leaves its group and sleeps, and sleeps
/// itself. The second one looks for both and notes whom it finds.
const ORPHANS: &str = r#"
if [ ! -e left_behind ]; then
  setsid sh -c 'echo $$ >> left_behind; exec sleep 300' &
  until [ -e left_behind ]; do sleep 0.01; done
  echo $$ >> left_behind
  sh effect.sh
  exec sleep 300
fi
for pid in $(cat left_behind); do
  # Of a process that has ended and was not collected yet the environment is empty.
  if tr '\0' '\n' < /proc/$pid/environ | grep -q ^STAGEWRIGHT_LAUNCH=; then
    echo $pid >> found
  fi
done 2> /dev/null
sh effect.sh
"#;

/// Goal: what a killed orchestrator leaves running is ended before its agent is
/// launched again, in whatever process group it is, and nothing remains.
#[test]
fn orphans_are_ended_before_a_relaunch() {
    let world = World::new();
    Effects::provide(&world);
    world.write("orphans.sh", ORPHANS);
    world.write(
        "pipeline.yaml",
        "name: orphans\nstages: [{id: only, agents: [{id: leaves, run: [sh, orphans.sh]}]}]\n",
    );
    let going = world.start(&["run", "pipeline.yaml"]);
    Effects::at_least(1, &world);
    going.kill();
    let run_id = world.history("latest")[0]["run_id"].to_string();
    let marker = format!("STAGEWRIGHT_LAUNCH={}/leaves/", run_id.trim_matches('"'));
    eventually("the two that sleep remain", || {
        (marked(&marker).len() == 2).then_some(())
    });

    world.call(&["resume", "latest"]).leaves(0);
    assert_eq!(world.lines("left_behind").len(), 2);
    assert_eq!(world.lines("found"), [""; 0], "alive at the relaunch");
    assert_eq!(marked(&marker), [0; 0], "alive at the end");
}

/// Processes whose environment has a variable that begins like this.
fn marked(prefix: &str) -> Vec<u32> {
    let has_mark = |process: &Path| {
        std::fs::read(process.join("environ")).is_ok_and(|environment| {
            environment
                .split(|byte| *byte == 0)
                .any(|variable| variable.starts_with(prefix.as_bytes()))
        })
    };
    std::fs::read_dir("/proc")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| has_mark(path))
        .filter_map(|path| path.file_name()?.to_str()?.parse().ok())
        .collect()
}
