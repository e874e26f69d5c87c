import Foundation

/// A row of the canary table.
struct CanaryScenario: Sendable {
  enum Users: Sendable {
    /// Each request is its own.
    case none
    /// Users of ten requests or so, very different in their rates of success.
    case armByRequest, armByUser
  }

  let name: String
  let runs: Int
  let promise: Promise
  var production = 0.9
  /// Candidate − production, and the hour from which it holds; nil for identical arms.
  var harm = 0.0
  var harmFrom: Double?
  /// Half the daily swing of both arms.
  var swing = 0.0
  var users = Users.none
  /// The share of the candidate's failures that are lost.
  var failuresLost = 0.0
  var share = 0.5
  /// Requests an hour of both arms together.
  var rate = 120.0
}

let canaryScenarios: [CanaryScenario] = [
  CanaryScenario(name: "identical, 0.90", runs: 4000, promise: .failAtMost(0.05)),
  CanaryScenario(name: "identical, 0.98", runs: 2000, promise: .failAtMost(0.05), production: 0.98),
  CanaryScenario(name: "identical, both swing ±8 points daily", runs: 2000, promise: .failAtMost(0.05), swing: 0.08),
  CanaryScenario(name: "identical, correlated users, arm by request", runs: 2000, promise: .failAtMost(0.05), users: .armByRequest),
  CanaryScenario(name: "identical, correlated users, arm by user (misuse)", runs: 600, promise: .none, users: .armByUser),
  CanaryScenario(name: "−3 points from the start", runs: 800, promise: .passAtMost(0.05), harm: -0.03, harmFrom: 0),
  CanaryScenario(name: "−5 points from the start", runs: 800, promise: .passAtMost(0.05), harm: -0.05, harmFrom: 0),
  CanaryScenario(name: "−10 points from the start", runs: 800, promise: .passAtMost(0.05), harm: -0.1, harmFrom: 0),
  CanaryScenario(name: "−10 points at hour 20", runs: 800, promise: .none, harm: -0.1, harmFrom: 20),
  CanaryScenario(
    name: "−3 points, 1 in 5 candidate failures lost", runs: 800, promise: .passAtMost(0.05), harm: -0.03, harmFrom: 0, failuresLost: 0.2),
  CanaryScenario(name: "−5 points, 5 % share", runs: 400, promise: .passAtMost(0.05), harm: -0.05, harmFrom: 0, share: 0.05, rate: 600),
]

/// One canary from its opening to its end, line by line: asked every five minutes for 72 hours.
struct CanaryRun {
  private enum Phase { case opening, watching, closing(Outcome) }

  private let id: Int
  private let scenario: CanaryScenario
  private var generator: Generator
  private var users: [User] = []
  private var phase = Phase.opening
  private var batches = 0
  /// Millionths of an hour: of the next request, and of the last batch.
  private var nextRequest = 0
  private var time = 0

  private struct User {
    let success: Double
    let isCandidate: Bool
  }

  init(id: Int, _ scenario: CanaryScenario, _ generator: Generator) {
    self.id = id
    self.scenario = scenario
    self.generator = generator
    nextRequest = gap()
    if scenario.users != .none { users = (0..<20).map { _ in newUser() } }
  }

  /// What the command is to be told next.
  mutating func writeLine(to out: inout [UInt8]) {
    switch phase {
    case .opening:
      out.append(
        contentsOf:
          "{\"op\":\"canary.open\",\"id\":\(id),\"margin\":0.03,\"alpha_rollback\":0.05,\"alpha_promote\":0.05,\"rollback_margin\":0,\"horizon_h\":72,\"min_h\":24,\"share\":\(scenario.share)}\n"
          .utf8)
    case .watching: writeBatch(to: &out)
    case .closing:
      out.append(contentsOf: "{\"op\":\"canary.close\",\"id\":\(id),\"t\":".utf8)
      out.append(millionths: time)
      out.append(contentsOf: "}\n".utf8)
    }
  }

  /// Takes in the answer; the outcome once the canary is closed.
  mutating func take(_ answer: Answer) throws -> Outcome? {
    let state = try answer.state()
    switch phase {
    case .opening: phase = .watching
    case .watching:
      if let verdict = Verdict(rawValue: state) {
        phase = .closing(Outcome(verdict: verdict, hours: answer.decidedAt))
      } else if batches == 864 {
        phase = .closing(Outcome(verdict: .inconclusive))
      }
    case .closing(let outcome):
      guard state == outcome.verdict.rawValue else { throw Broken(description: "the close says otherwise: \(answer.text)") }
      return outcome
    }
    return nil
  }

  private mutating func writeBatch(to out: inout [UInt8]) {
    batches += 1
    time = batches * 1_000_000 / 12
    out.append(contentsOf: "{\"op\":\"canary.feed\",\"id\":\(id),\"t\":".utf8)
    out.append(millionths: time)
    out.append(contentsOf: ",\"events\":[".utf8)
    var isFirst = true
    while nextRequest <= time {
      if !isFirst { out.append(UInt8(ascii: ",")) }
      isFirst = false
      let (isCandidate, score) = request(at: Double(nextRequest) / 1e6)
      out.append(UInt8(ascii: "["))
      out.append(millionths: nextRequest)
      out.append(contentsOf: isCandidate ? ",\"c\",".utf8 : ",\"p\",".utf8)
      out.append(contentsOf: score.map { $0 ? "1]".utf8 : "0]".utf8 } ?? "null]".utf8)
      nextRequest += gap()
    }
    out.append(contentsOf: "]}\n".utf8)
  }

  /// One request: its arm, and whether it passed; nil where the harness lost it.
  private mutating func request(at hours: Double) -> (isCandidate: Bool, passed: Bool?) {
    var success = scenario.production + scenario.swing * sin(2 * .pi * hours / 24)
    var isCandidate = generator.happens(scenario.share)
    if scenario.users != .none {
      let place = generator.below(users.count)
      success = users[place].success
      if scenario.users == .armByUser { isCandidate = users[place].isCandidate }
      // Ten requests in the mean, then another user takes the place.
      if generator.happens(0.1) { users[place] = newUser() }
    }
    if isCandidate, let from = scenario.harmFrom, hours >= from { success += scenario.harm }
    let passed = generator.happens(success)
    let isLost = isCandidate && !passed && scenario.failuresLost > 0 && generator.happens(scenario.failuresLost)
    return (isCandidate, isLost ? nil : passed)
  }

  private mutating func newUser() -> User {
    User(success: generator.beta(1.35, 0.15), isCandidate: generator.happens(scenario.share))
  }

  /// To the next request, in millionths of an hour; arrivals are a Poisson process.
  private mutating func gap() -> Int { Int(generator.exponential(mean: 1e6 / scenario.rate)) }
}
