import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let plannedLooks = MethodGroup("Planned looks", [spendingMethod, gsBoundaries])
}

private let kind = Input.word("kind", "how the error is spent: obf almost nothing early, pocock evenly", ["obf", "pocock"])
/// Each look costs some 200 000 exponentials.
private let fractions = Input(
  "fractions", "share of all the information at each look", .list(.number(.above(0, to: 1)), count: 0...100))

extension Inputs {
  fileprivate var spending: Spending { word("kind") == "obf" ? .obrienFleming : .pocock }
}

private let spendingMethod = Method(
  "spending", "The error spent by the time shares of the information are in.",
  inputs: [kind, .alpha, fractions], outputs: [Output("spent", "the error spent, for each share")],
  source: Source("§1.5", "K. K. G. Lan and D. L. DeMets, 1983, doi:10.1093/biomet/70.3.659")
) { inputs in
  let (spending, alpha) = (inputs.spending, inputs.number("alpha"))
  return ["spent": .reals(inputs.numbers("fractions").map { spending.spent(alpha: alpha, fraction: $0) })]
}

private let gsBoundaries = Method(
  "gs_boundaries", "The limit of each planned look, such that the chance of ever crossing one by luck is alpha.",
  inputs: [kind, .alpha, fractions],
  outputs: [Output("z", "normal deviate to reach, for each look"), Output("nominal_alpha", "error rate to use at each look")],
  source: Source("§1.5", "P. Armitage, C. K. McPherson, B. C. Rowe, 1969")
) { inputs in
  let fractions = inputs.numbers("fractions")
  guard zip(fractions, fractions.dropFirst()).allSatisfy({ $0 < $1 }) else {
    throw inputs.problem("fractions", "it must ascend: each look comes after the one before")
  }
  let looks = groupSequentialLooks(inputs.spending, alpha: inputs.number("alpha"), fractions: fractions)
  return ["z": .reals(looks.map(\.z)), "nominal_alpha": .reals(looks.map(\.nominalAlpha))]
}
