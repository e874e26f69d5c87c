// What several methods read or return alike.
import PortcullisStatistics

extension Input {
  /// Counts of pairs in the three cells that `Inputs.table` reads.
  static let pairs: [Input] = [
    .count("b", "pairs that only production passed"), .count("c", "pairs that only the candidate passed"),
    .count("n", "all pairs with both scores"),
  ]

  /// Scores of both arms, parallel.
  static let arms: [Input] = [
    .numbers("candidate", "the candidate's scores", .from(-1000, to: 1000)),
    .numbers("production", "production's scores, in the same order", .from(-1000, to: 1000)),
  ]
}

extension Output {
  static let difference: [Output] = [
    Output("estimate", "candidate − production; null without pairs"), Output("lower", "one-sided lower bound of it"),
    Output("upper", "one-sided upper bound of it"),
  ]
  static let verdict = Output("verdict", "PASS, INCONCLUSIVE or FAIL")
}

extension Inputs {
  /// `b`, `c` and `n` as a table; the pairs in which the arms agree are all counted as passed, which no method looks at.
  func table() throws -> PairTable {
    let (b, c, n) = (whole("b"), whole("c"), whole("n"))
    guard b + c <= n else { throw problem("n", "it must be at least 'b' + 'c', \(b + c)") }
    return PairTable(both: n - b - c, productionOnly: b, candidateOnly: c, neither: 0)
  }

  /// The largest difference possible, in whole steps of the exact sums.
  var steppedRange: Double { (number("range") * 1e9).rounded(.up) / 1e9 }

  /// Differences, no larger than the range, by cluster.
  func clusterSums(_ differences: [Double], of list: String) throws -> ClusterSums {
    let most = steppedRange
    if let place = differences.firstIndex(where: { abs($0) > most * (1 + 1e-12) }) {
      throw problem(list, "the difference at index \(place) is \(differences[place]), beyond 'range', \(number("range"))")
    }
    return try ClusterSums(differences: differences, clusters: clusters(of: list))
  }

  /// `candidate` − `production` by cluster.
  func armSums() throws -> ClusterSums {
    let (candidate, production) = try parallel("candidate", "production")
    return try clusterSums(zip(candidate, production).map { $0 - $1 }, of: "candidate")
  }
}
