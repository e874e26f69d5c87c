import PortcullisCore

/// Which case of one file is which of the other's, by id.
struct ScorePairing: Sendable {
  /// For each of production's cases the candidate's number and 1, or 0.
  let matches: [UInt32]
  /// Numbers of the candidate's cases that production lacks.
  let unmatched: [UInt32]
  /// Cases in both files.
  let pairs: Int

  init(production: ByteTable, candidate: ByteTable) {
    var matches = [UInt32](repeating: 0, count: production.count)
    var isMatched = [Bool](repeating: false, count: candidate.count)
    var guess = 0, pairs = 0
    for number in 0..<production.count {
      guard let found = candidate.number(of: number, in: production, guess: guess) else { continue }
      matches[number] = UInt32(found + 1)
      isMatched[found] = true
      guess = found + 1
      pairs += 1
    }
    self.matches = matches
    self.pairs = pairs
    unmatched = isMatched.indices.lazy.filter { !isMatched[$0] }.map(UInt32.init)
  }

  /// Cases in either file.
  var cases: Int { matches.count + unmatched.count }
}
