/// A row of the offline table.
struct OfflineScenario: Sendable {
  let name: String
  let kind: String
  let margin: Double
  let promise: Promise
  let draw: @Sendable (inout Generator, inout Pairs) -> Void
}

/// The scores of one comparison, in millionths; nil is lost.
struct Pairs {
  private(set) var candidate: [Int?] = []
  private(set) var production: [Int?] = []
  /// Numbers of the clusters; empty where each case is its own.
  private(set) var clusters: [Int] = []

  mutating func add(candidate passed: Bool, production passedBefore: Bool, cluster: Int? = nil, isLost: Bool = false) {
    candidate.append(isLost ? nil : passed ? 1_000_000 : 0)
    production.append(passedBefore ? 1_000_000 : 0)
    if let cluster { clusters.append(cluster) }
  }

  mutating func add(candidate score: Double, production scoreBefore: Double) {
    func clipped(_ score: Double) -> Int { Int((max(0, min(1, score)) * 1e6).rounded()) }
    candidate.append(clipped(score))
    production.append(clipped(scoreBefore))
  }

  func line(id: Int, kind: String, margin: Double) -> [UInt8] {
    var line = Array("{\"op\":\"offline\",\"id\":\(id),\"kind\":\"\(kind)\",\"margin\":\(margin),\"alpha\":0.05,\"candidate\":[".utf8)
    line.append(list: candidate)
    line.append(contentsOf: "],\"production\":[".utf8)
    line.append(list: production)
    line.append(contentsOf: "]".utf8)
    if !clusters.isEmpty { line.append(contentsOf: ",\"clusters\":[\(clusters.map(String.init).joined(separator: ","))]".utf8) }
    line.append(contentsOf: "}\n".utf8)
    return line
  }
}

/// Production passes 0.90 of the cases; the arms differ in the shares given.
private func independent(_ count: Int, lost: Double, gained: Double, failuresLost: Double = 0)
  -> @Sendable (inout Generator, inout Pairs) -> Void
{
  { generator, pairs in
    for _ in 0..<count {
      let place = generator.uniform()
      let isLoss = place < lost
      let isGain = place >= lost && place < lost + gained
      let passedBefore = isLoss || (!isGain && place < 0.9 + gained)
      let passed = isGain || (passedBefore && !isLoss)
      let isLost = !passed && failuresLost > 0 && generator.happens(failuresLost)
      pairs.add(candidate: passed, production: passedBefore, isLost: isLost)
    }
  }
}

/// 40 clusters of 12, each with a loss and a gain rate of its own; gains among the cases not lost.
private func clustered(meanLoss: Double) -> @Sendable (inout Generator, inout Pairs) -> Void {
  { generator, pairs in
    for cluster in 0..<40 {
      let loss = generator.beta(3 * meanLoss, 3 * (1 - meanLoss))
      let gain = generator.beta(3 * 0.05, 3 * 0.95)
      for _ in 0..<12 {
        if generator.happens(loss) {
          pairs.add(candidate: false, production: true, cluster: cluster)
        } else {
          pairs.add(candidate: true, production: !generator.happens(gain), cluster: cluster)
        }
      }
    }
  }
}

let offlineScenarios: [OfflineScenario] = [
  OfflineScenario(
    name: "identical, n=500", kind: "paired_binary", margin: 0.03, promise: .failAtMost(0.05),
    draw: independent(500, lost: 0.05, gained: 0.05)),
  OfflineScenario(
    name: "identical, n=1000", kind: "paired_binary", margin: 0.03, promise: .failAtMost(0.05),
    draw: independent(1000, lost: 0.05, gained: 0.05)),
  OfflineScenario(
    name: "loss = δ, n=500", kind: "paired_binary", margin: 0.03, promise: .passAtMost(0.065),
    draw: independent(500, lost: 0.08, gained: 0.05)),
  OfflineScenario(
    name: "loss = 2δ, n=500", kind: "paired_binary", margin: 0.03, promise: .passAtMost(0.01),
    draw: independent(500, lost: 0.11, gained: 0.05)),
  OfflineScenario(
    name: "loss = δ, n=50", kind: "paired_binary", margin: 0.03, promise: .passAtMost(0.065), draw: independent(50, lost: 0.03, gained: 0)),
  OfflineScenario(
    name: "identical in 40 clusters of 12", kind: "paired_binary", margin: 0.05, promise: .failAtMost(0.05), draw: clustered(meanLoss: 0.05)
  ),
  OfflineScenario(
    name: "loss = δ, 40 clusters of 12", kind: "paired_binary", margin: 0.05, promise: .passAtMost(0.065), draw: clustered(meanLoss: 0.0952)
  ),
  OfflineScenario(
    name: "loss = δ, n=500, 1 in 8 candidate failures lost", kind: "paired_binary", margin: 0.03, promise: .passAtMost(0.065),
    draw: independent(500, lost: 0.08, gained: 0.05, failuresLost: 1.0 / 8)),
  OfflineScenario(
    name: "graded, identical, n=400", kind: "paired_graded", margin: 0.03, promise: .failAtMost(0.05),
    draw: { generator, pairs in
      for _ in 0..<400 {
        let level = generator.normal(0.8, 0.08)
        pairs.add(candidate: generator.normal(level, 0.071), production: generator.normal(level, 0.071))
      }
    }),
  OfflineScenario(
    name: "graded, rare bad tail, loss = δ, n=120", kind: "paired_graded", margin: 0.03, promise: .passAtMost(0.065),
    draw: { generator, pairs in
      for _ in 0..<120 {
        let level = generator.normal(0.8, 0.08)
        let disaster = generator.happens(0.05) ? 0.4 + 0.4 * generator.uniform() : 0
        pairs.add(candidate: generator.normal(level - disaster, 0.014), production: generator.normal(level, 0.014))
      }
    }),
]

extension [UInt8] {
  /// Scores in millionths as JSON.
  fileprivate mutating func append(list scores: [Int?]) {
    for (place, score) in scores.enumerated() {
      if place > 0 { append(UInt8(ascii: ",")) }
      if let score { append(millionths: score) } else { append(contentsOf: "null".utf8) }
    }
  }

  /// A number of millionths, as `0.25` or `24`.
  mutating func append(millionths value: Int) {
    append(contentsOf: String(value / 1_000_000).utf8)
    var rest = value % 1_000_000
    guard rest > 0 else { return }
    append(UInt8(ascii: "."))
    var unit = 100_000
    while rest > 0 {
      append(UInt8(ascii: "0") + UInt8(rest / unit))
      rest %= unit
      unit /= 10
    }
  }
}
