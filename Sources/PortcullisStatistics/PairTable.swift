/// How the two arms did on the same cases, one trial a case: the whole evidence of a paired pass rate.
///
/// Tables of disjoint cases add up, in any order and any partition. Pairs that lack a score are counted elsewhere.
package struct PairTable: Sendable, Hashable {
  /// Cases both arms passed (a).
  package private(set) var both = 0
  /// Cases only production passed: what the candidate broke (b).
  package private(set) var productionOnly = 0
  /// Cases only the candidate passed: what it mended (c).
  package private(set) var candidateOnly = 0
  /// Cases neither arm passed (d).
  package private(set) var neither = 0

  package init() {}

  package init(both: Int, productionOnly: Int, candidateOnly: Int, neither: Int) {
    precondition(both >= 0 && productionOnly >= 0 && candidateOnly >= 0 && neither >= 0, "a count of pairs is not negative")
    self.both = both
    self.productionOnly = productionOnly
    self.candidateOnly = candidateOnly
    self.neither = neither
  }

  /// Pairs with both scores.
  package var n: Int { both + productionOnly + candidateOnly + neither }

  /// Candidate − production pass rate; nil without pairs.
  package var difference: Double? { n > 0 ? Double(candidateOnly - productionOnly) / Double(n) : nil }

  /// The share of pairs in which the arms differ (ψ of the planning formulas); nil without pairs.
  package var discordance: Double? { n > 0 ? Double(candidateOnly + productionOnly) / Double(n) : nil }

  package mutating func add(production: Bool, candidate: Bool) {
    switch (production, candidate) {
    case (true, true): both += 1
    case (true, false): productionOnly += 1
    case (false, true): candidateOnly += 1
    case (false, false): neither += 1
    }
  }

  /// The same evidence with `missing` more pairs, each counted as a case the candidate broke.
  package func worstCase(missing: Int) -> PairTable {
    precondition(missing >= 0, "a count of pairs is not negative")
    var table = self
    table.productionOnly += missing
    return table
  }

  /// The same pairs with the arms exchanged.
  package var swapped: PairTable {
    PairTable(both: both, productionOnly: candidateOnly, candidateOnly: productionOnly, neither: neither)
  }

  package static func + (left: PairTable, right: PairTable) -> PairTable {
    PairTable(
      both: left.both + right.both, productionOnly: left.productionOnly + right.productionOnly,
      candidateOnly: left.candidateOnly + right.candidateOnly, neither: left.neither + right.neither)
  }

  package static func += (left: inout PairTable, right: PairTable) {
    left = left + right
  }
}
