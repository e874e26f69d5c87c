/// Who answered a request of a canary.
package enum CanaryArm: UInt8, Sendable, Hashable, CaseIterable {
  case candidate
  case production
}

/// The scores of one arm in a window.
package struct WindowScores: Sendable, Hashable {
  /// Requests with a score.
  package var scored: Int
  /// Requests whose score the harness lost.
  package var lost: Int
  /// Sum of the scores.
  package var sum: Double

  package init(scored: Int = 0, lost: Int = 0, sum: Double = 0) {
    self.scored = scored
    self.lost = lost
    self.sum = sum
  }

  var requests: Int { scored + lost }
}

/// What a window says: the difference of the arms' mean scores, and how much it counts.
package struct WindowDifference: Sendable, Hashable {
  /// Candidate − production, in −1...1.
  package let difference: Double
  /// min(1, ab/(a + b)) for a and b requests, in ½...1.
  package let weight: Double

  /// nil where an arm has no request.
  fileprivate init?(candidate: (sum: Double, count: Int), production: (sum: Double, count: Int)) {
    guard candidate.count > 0, production.count > 0 else { return nil }
    let (a, b) = (Double(candidate.count), Double(production.count))
    difference = candidate.sum / a - production.sum / b
    weight = min(1, a * b / (a + b))
  }
}

/// A run of consecutive requests in the order in which they were assigned to the arms, lost ones included.
///
/// Given how many of its requests each arm has, the coin makes every choice of them equally likely; so the difference of
/// means is fair whatever the traffic does, which pairs in order of arrival are not.
///
/// Source: reference/statistics.md §9.
package struct CanaryWindow: Sendable, Hashable {
  /// Requests after which it closes.
  package let size: Int
  package private(set) var candidate: WindowScores
  package private(set) var production: WindowScores

  /// An empty window; `size` is above 0.
  package init(size: Int) {
    precondition(size > 0, "a window holds at least one request")
    self.size = size
    candidate = WindowScores()
    production = WindowScores()
  }

  /// A stored window; nil where its numbers are none that an open window can have.
  package init?(size: Int, candidate: WindowScores, production: WindowScores) {
    guard size > 0, candidate.isPossible(in: size), production.isPossible(in: size) else { return nil }
    guard candidate.requests + production.requests < size else { return nil }
    self.size = size
    self.candidate = candidate
    self.production = production
  }

  package var requests: Int { candidate.requests + production.requests }
  package var isFull: Bool { requests >= size }

  /// Adds the next request; not to a full window.
  ///
  /// - Parameter score: In 0...1; nil where the harness lost it.
  package mutating func add(_ arm: CanaryArm, score: Double?) {
    precondition(!isFull, "a full window takes no further request")
    switch arm {
    case .candidate: candidate.add(score)
    case .production: production.add(score)
    }
  }

  /// From the scored requests; nil where an arm has none.
  package var observed: WindowDifference? {
    WindowDifference(candidate: (candidate.sum, candidate.scored), production: (production.sum, production.scored))
  }

  /// With a lost score of the candidate as 0 and of production as 1; nil where an arm had no request.
  package var worstCase: WindowDifference? {
    WindowDifference(
      candidate: (candidate.sum, candidate.requests), production: (production.sum + Double(production.lost), production.requests))
  }
}

extension WindowScores {
  fileprivate func isPossible(in size: Int) -> Bool {
    (0...size).contains(scored) && (0...size).contains(lost) && sum >= 0 && sum <= Double(scored)
  }

  fileprivate mutating func add(_ score: Double?) {
    guard let score else {
      lost += 1
      return
    }
    precondition(score >= 0 && score <= 1, "a score lies in 0...1")
    scored += 1
    sum += score
  }
}
