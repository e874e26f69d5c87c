import PortcullisCore
import PortcullisRunner

/// What a plan costs at most, told before anything is spent: the worst cost of the first hundred cases (input by the request's size, output by
/// `max_tokens`, else 1,024 tokens) times the trials of all.
struct CostEstimate {
  private static let sampled = 100
  private let setups: [ArmSetup]
  private let templates = TemplateCache()
  private var sampledCases = 0
  private var sampledMicro = 0
  private var sampledTrials = 0
  private var trials = 0
  private var isKnown: Bool

  /// Judges and retries are not in it.
  init(_ setups: [ArmSetup]) {
    self.setups = setups
    isKnown = setups.allSatisfy { $0.client.target.price != nil }
  }

  mutating func add(_ testCase: Case, trials count: Int) {
    trials += count
    guard isKnown, sampledCases < Self.sampled else { return }
    sampledCases += 1
    sampledTrials += count
    for setup in setups {
      let origin = ModelRequest.Origin(caseID: testCase.id, arm: setup.arm, repeatIndex: 0, turn: 0)
      guard let messages = try? setup.prompting.messages(for: testCase, templates: templates),
        let call = try? setup.client.prepare(ModelRequest(messages: messages, origin: origin)),
        let cost = setup.client.target.price?.cost(of: call.estimatedUsage)
      else {
        isKnown = false
        return
      }
      sampledMicro += cost * count
    }
  }

  /// nil where a target has no price.
  func atMost(currency: String?) -> Money? {
    guard isKnown, sampledTrials > 0, let currency else { return nil }
    return Money(micro: Int((Double(sampledMicro) / Double(sampledTrials) * Double(trials)).rounded(.up)), currency: currency)
  }
}
