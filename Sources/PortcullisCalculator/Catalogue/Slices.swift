import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let slices = MethodGroup("Slices", [holm, slicesMethod])
}

private let holm = Method(
  "holm", "P-values adjusted for having asked several times.",
  inputs: [.numbers("p", "one p-value for each question", .from(0, to: 1))],
  outputs: [Output("adjusted", "the adjusted p-values, in the order given")],
  source: Source("§4", "S. Holm, A simple sequentially rejective multiple test procedure, 1979")
) { ["adjusted": .reals(holmAdjusted($0.numbers("p")))] }

private func slice(_ name: String, _ meaning: String) -> Input {
  Input(name, meaning, .list(.record(Input.pairs + [.margin]), count: 0...10_000))
}

private let slicesMethod = Method(
  "slices", "Protected slices must each prove non-inferiority; watch slices raise an alarm for proven harm.",
  inputs: [
    slice("protected", "slices gated at alpha each, uncorrected"), slice("watch", "slices whose alarms are corrected for one another"),
    .alpha,
  ],
  outputs: [
    Output("protected", "a verdict for each protected slice"), Output("watch", "a verdict for each watch slice: FAIL is an alarm"),
    Output("watch_adjusted", "one-sided mid-p of harm for each watch slice, by Holm"),
    Output("verdict", "the worst of all; INCONCLUSIVE without any slice"),
  ], source: Source("§4")
) { inputs in
  let result = try sliceVerdicts(
    protected: inputs.records("protected").map { try ProtectedSlice($0.table(), margin: $0.number("margin")) },
    watched: inputs.records("watch").map { try WatchSlice($0.table(), margin: $0.number("margin")) }, alpha: inputs.number("alpha"))
  return [
    "protected": .array(result.protected.map { .verdict($0.verdict) }), "watch": .array(result.watched.map { .verdict($0.verdict) }),
    "watch_adjusted": .reals(result.watched.map(\.adjustedP)), "verdict": .verdict(result.verdict),
  ]
}
