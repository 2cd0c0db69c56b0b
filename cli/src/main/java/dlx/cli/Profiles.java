package dlx.cli;

import dlx.Step;
import dlx.measure.Hot;
import dlx.measure.HotTable;
import dlx.measure.Machine;
import dlx.runtime.Profile;
import dlx.runtime.Workers;
import dlx.source.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code dlx train --profile}: where the time of the steps went. */
final class Profiles {
  /** Calls in which the JIT compiler is at work. */
  private static final int SKIPPED = 3;

  private final Map<Step, Profile> profiles = new LinkedHashMap<>();

  private Profiles() {}

  /** Measures these steps from now on. */
  static Profiles of(List<Step> steps) {
    Profiles profiles = new Profiles();
    for (Step step : steps) {
      Profile profile = new Profile(step.compiled().kernelCount(), SKIPPED);
      step.compiled().profile(profile);
      profiles.profiles.put(step, profile);
    }
    return profiles;
  }

  /** Tables on standard output, or an object per step for tools. */
  void print(Invocation invocation) {
    Machine machine = Machine.measure(Workers.threads());
    profiles.forEach((step, profile) -> {
      step.compiled().profile(null);
      if (profile.calls().isEmpty()) {
        invocation
            .console()
            .note(
                "no profile of "
                    + step.name()
                    + ": the first "
                    + SKIPPED
                    + " runs are not counted");
        return;
      }
      Hot hot = Hot.of(step, profile, machine);
      var out = invocation.console().out();
      if (invocation.flag("--json")) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("event", "profile");
        object.put("step", step.name());
        object.put("threads", machine.threads());
        object.putAll(HotTable.json(hot));
        object.put("version", 1);
        out.println(Json.of(object));
      } else {
        out.println();
        out.println(
            step.name()
                + ", means of "
                + Show.count(hot.calls())
                + " runs, "
                + Bench.threads(machine.threads()));
        out.print(HotTable.text(hot, machine));
      }
    });
  }
}
