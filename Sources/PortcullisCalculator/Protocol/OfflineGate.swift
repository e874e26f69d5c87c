import PortcullisCore
import PortcullisStatistics

/// The scores of a comparison, one place for each case; NaN where the score is missing.
struct ScoreLists: Sendable {
  var candidate: [Double]
  var production: [Double]
}

private let settings: [Input] = [
  .word("kind", "what the scores are: 0 or 1, or grades in 0…1", ["paired_binary", "paired_graded"]), .margin, .alpha,
]

/// Decides one fixed comparison: Tango's rule for 0/1 scores of independent cases, else the augmented bound.
///
/// - Parameter lists: The scores, where they were read already; else they are members of the request.
///
/// Source: reference/statistics.md §1.4, §4, §5; reference/decision-protocol.md.
func decideOffline(_ request: JSONObject, lists: ScoreLists?) throws -> Outputs {
  try refuseOthers(request, than: ["op", "id", "kind", "margin", "alpha", "candidate", "production", "clusters"])
  var scalars = request
  for name in ["op", "id", "candidate", "production", "clusters"] { scalars[name] = nil }
  let inputs = try Inputs(scalars, declared: settings)
  let isBinary = inputs.word("kind") == "paired_binary"
  let scores = try lists ?? ScoreLists(candidate: scoreList("candidate", request), production: scoreList("production", request))
  for (name, list) in [("candidate", scores.candidate), ("production", scores.production)] {
    if let place = list.firstIndex(where: { isBinary ? $0 != 0 && $0 != 1 && !$0.isNaN : $0 < 0 || $0 > 1 }) {
      throw InputProblem(
        "'\(name)[\(place)]' is \(canonicalNumber(list[place])); it must be \(isBinary ? "0, 1" : "a number from 0 to 1") or null")
    }
  }
  try requireOneLength("candidate", scores.candidate.count, "production", scores.production.count)
  let clusters = try clusterNames(request["clusters"], count: scores.candidate.count)
  let (margin, alpha) = (inputs.number("margin"), inputs.number("alpha"))
  let missing = zip(scores.candidate, scores.production).reduce(0) { $1.0.isNaN || $1.1.isNaN ? $0 + 1 : $0 }
  let result =
    isBinary && clusters == nil
    ? nonInferiority(table(scores), missing: missing, margin: margin, alpha: alpha)
    : graded(scores, clusters, margin: margin, alpha: alpha)
  return [
    "verdict": .verdict(result.verdict), "reason": .string(reason(result, missing: missing)), "estimate": .real(result.estimate),
    "lower": .real(result.lower), "upper": .real(result.upper), "lower_with_missing": .real(result.lowerWithMissing),
    "n": .int(scores.candidate.count - missing), "missing": .int(missing),
  ]
}

private func table(_ scores: ScoreLists) -> PairTable {
  var table = PairTable()
  for (candidate, production) in zip(scores.candidate, scores.production) where !candidate.isNaN && !production.isNaN {
    table.add(production: production == 1, candidate: candidate == 1)
  }
  return table
}

private func graded(_ scores: ScoreLists, _ names: [JSON]?, margin: Double, alpha: Double) -> NonInferiority {
  var clusters: [ScoreCluster] = []
  var numbers = Numbering()
  for (place, (candidate, production)) in zip(scores.candidate, scores.production).enumerated() {
    // Without names each pair is a cluster of its own.
    let number = names.map { numbers.number(of: $0[place]) } ?? place
    if number == clusters.count { clusters.append(ScoreCluster()) }
    if candidate.isNaN || production.isNaN {
      clusters[number].addMissing()
    } else {
      clusters[number].add(candidate: candidate, production: production)
    }
  }
  var (complete, worstCase) = (ClusterSums(), ClusterSums())
  for cluster in clusters {
    complete.add(cluster)
    worstCase.addWorstCase(cluster)
  }
  return gradedNonInferiority(complete: complete, worstCase: worstCase, margin: margin, alpha: alpha)
}

/// Clusters numbered in the order in which their names first come.
private struct Numbering {
  private var numbers: [JSON: Int] = [:]
  private var last: (name: JSON, number: Int)?

  mutating func number(of name: JSON) -> Int {
    // Cases of one cluster mostly stand together.
    if let last, last.name == name { return last.number }
    let number = numbers[name] ?? numbers.count
    numbers[name] = number
    last = (name, number)
    return number
  }
}

/// The gate's own words for why.
private func reason(_ result: NonInferiority, missing: Int) -> String {
  switch result.verdict {
  case .pass: "holds"
  case .fail: "beyond-limit"
  case .inconclusive where result.estimate == nil: missing > 0 ? "missing-evidence" : "too-few-cases"
  case .inconclusive where result.verdictOfCompletePairs == .pass: "missing-evidence"
  case .inconclusive: "cannot-exclude-margin"
  }
}

private func scoreList(_ name: String, _ request: JSONObject) throws -> [Double] {
  guard let given = request[name] else { throw InputProblem("'\(name)' is missing: a list with one score, or null, for each case") }
  guard let elements = given.array else { throw InputProblem("'\(name)' is \(excerpt(given)); it must be a list of scores and nulls") }
  try requireBounded(name, elements.count)
  return try elements.enumerated().map { place, element in
    switch element {
    case .null: .nan
    case .number(let number): number.double
    case .bool, .string, .array, .object: throw InputProblem("'\(name)[\(place)]' is \(excerpt(element)); it must be a score or null")
    }
  }
}

/// nil where every case is its own cluster.
private func clusterNames(_ given: JSON?, count: Int) throws -> [JSON]? {
  guard let given, !given.isNull else { return nil }
  guard let names = given.array else { throw InputProblem("'clusters' is \(excerpt(given)); it must be null or a list of names") }
  try requireOneLength("candidate", count, "clusters", names.count)
  if let place = names.firstIndex(where: { $0.string == nil && $0.int == nil }) {
    throw InputProblem("'clusters[\(place)]' is \(excerpt(names[place])); it must be text or a whole number")
  }
  return names
}

private func requireOneLength(_ name: String, _ count: Int, _ other: String, _ otherCount: Int) throws {
  guard count == otherCount else {
    throw InputProblem("'\(name)' has \(count) elements and '\(other)' has \(otherCount); they must have one for each case, in one order")
  }
  try requireBounded(name, count)
}

private func requireBounded(_ name: String, _ count: Int) throws {
  guard count <= Shape.mostElements else {
    throw InputProblem("'\(name)' has \(count) elements; it must have at most \(Shape.mostElements)")
  }
}
