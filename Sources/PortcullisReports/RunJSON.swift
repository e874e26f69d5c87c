package import PortcullisCore
package import PortcullisGate

/// What `portcullis run --json` prints, formats.md §9: one arm, no verdict.
package func runJSON(
  run: RunID, exitCode: ExitCode, arm: ArmSummary, target: DecisionContext.TargetName?, currency: String?
) -> String {
  let value = JSON.object([
    ("schema", .string("portcullis.run/1")),
    ("run", .string(run.text)),
    ("exit_code", .int(Int(exitCode.rawValue))),
    ("arms", .object([(Arm.candidate.rawValue, arm.json(target: target, currency: currency))])),
  ])
  return jsonText(value) + "\n"
}
