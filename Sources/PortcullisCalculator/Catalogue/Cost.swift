import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let cost = MethodGroup("Cost", [costRatioPairedMethod, costRatioUnpairedMethod, costPerSuccess])
}

/// What an arm may cost in all: costs are summed exactly, in whole billionths.
private let mostCost = 1e9
private func costs(_ name: String, _ meaning: String) -> Input {
  .numbers(name, meaning + ", in any unit, together at most \(canonicalNumber(mostCost))", .from(0, to: mostCost))
}
private let increase = Input.number("margin", "the increase accepted: 0.2 for 20 %", .above(0, to: 1e6))
private let pairedArms = [
  costs("candidate", "what each case cost the candidate"), costs("production", "what it cost production, in the same order"),
]

extension Inputs {
  fileprivate func costs(_ name: String) throws -> [Double] {
    let costs = numbers(name)
    let total = costs.reduce(0, +)
    guard total <= mostCost else {
      throw problem(name, "its sum is \(total); it must not exceed \(canonicalNumber(mostCost)): use a larger unit")
    }
    return costs
  }
}

private let costRatioPairedMethod = Method(
  "cost_ratio_paired",
  "Whether the candidate's mean cost on the same cases is not higher by the margin or more; needs 30 clusters to pass.",
  inputs: pairedArms + [.clusters, increase, .alpha], outputs: Output.ratio + [.verdict], source: Source("§8")
) { inputs in
  try inputs.requireParallel(["candidate", "production"])
  let sums = try CostSums(
    candidate: inputs.costs("candidate"), production: inputs.costs("production"), clusters: inputs.clusters(of: "candidate"))
  return costRatioPaired(sums, margin: inputs.number("margin"), alpha: inputs.number("alpha")).outputs
}

private let costRatioUnpairedMethod = Method(
  "cost_ratio_unpaired", "The same for different requests in each arm; needs 30 in each to pass.",
  inputs: [costs("candidate", "the candidate's costs"), costs("production", "production's costs"), increase, .alpha],
  outputs: Output.ratio + [.verdict], source: Source("§8")
) { inputs in
  try costRatioUnpaired(
    candidate: ArmCosts(inputs.costs("candidate")), production: ArmCosts(inputs.costs("production")), margin: inputs.number("margin"),
    alpha: inputs.number("alpha")
  ).outputs
}

private func successes(_ name: String, _ meaning: String) -> Input {
  Input(name, meaning, .list(.whole(0...1), count: 0...Shape.mostElements))
}

private let costPerSuccess = Method(
  "cost_per_success_paired", "Whether one success costs the candidate not more than production by the margin or more.",
  inputs: [
    costs("cand_cost", "what each case cost the candidate"), successes("cand_ok", "1 where the candidate succeeded, else 0"),
    costs("prod_cost", "what it cost production"), successes("prod_ok", "1 where production succeeded, else 0"), increase, .alpha,
  ], outputs: Output.ratio + [.verdict], source: Source("§8")
) { inputs in
  try inputs.requireParallel(["cand_cost", "cand_ok", "prod_cost", "prod_ok"])
  let candidate = try inputs.costs("cand_cost")
  let sums = try CostSums(
    candidate: candidate, production: inputs.costs("prod_cost"), candidateSucceeded: inputs.numbers("cand_ok").map { $0 == 1 },
    productionSucceeded: inputs.numbers("prod_ok").map { $0 == 1 }, clusters: Array(candidate.indices))
  return costPerSuccessPaired(sums, margin: inputs.number("margin"), alpha: inputs.number("alpha")).outputs
}
