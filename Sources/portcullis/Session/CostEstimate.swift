import PortcullisChecks
import PortcullisCore
import PortcullisRunner

/// What a plan asks and costs at most, told before anything is spent: calls of every case, and the tokens of the first hundred (input by the
/// request's size, output by `max_tokens`, else 1,024 tokens) taken for those of all.
///
/// Retries, and the rounds that follow from what is answered, are not in it.
struct CostEstimate {
  private static let sampled = 100

  /// The calls to one arm or judge.
  private struct Asked {
    let name: String
    let client: any ModelClient
    var calls = 0
    var sampledCalls = 0
    var input = 0
    var output = 0
    var micro = 0
    /// Whether any request said how large it is; the tokens and the price of scripted answers are not known.
    var hasTokens = true
    var hasPrice = true

    mutating func sample(_ request: ModelRequest, times: Int) {
      if client.target.price?.isFree == true {
        sampledCalls += times
        hasTokens = false
        return
      }
      guard let call = try? client.prepare(request), let input = call.estimatedUsage.input, let output = call.estimatedUsage.output else {
        (hasTokens, hasPrice) = (false, false)
        return
      }
      sampledCalls += times
      self.input += times * input
      self.output += times * output
      guard let cost = client.target.price?.cost(of: call.estimatedUsage) else { return hasPrice = false }
      micro += times * cost
    }

    /// A sum over the sampled calls, for all of them.
    func scaled(_ sum: Int) -> Double { sampledCalls > 0 ? Double(sum) / Double(sampledCalls) * Double(calls) : 0 }
  }

  private let setups: [ArmSetup]
  private let judgeData: [String: Judge]
  private let templates = TemplateCache()
  private var patterns = PatternCache()
  private var arms: [Asked]
  private var judges: [Asked]
  private var sampledCases = 0

  init(_ setups: [ArmSetup], judges: [String: (judge: Judge, client: any ModelClient)]) {
    self.setups = setups
    judgeData = judges.mapValues(\.judge)
    arms = setups.map { Asked(name: $0.arm.rawValue, client: $0.client) }
    self.judges = judges.sorted { $0.key < $1.key }.map { Asked(name: "judge \($0.key)", client: $0.value.client) }
  }

  /// - Parameter sequential: Trials that the candidate alone is asked beside them.
  mutating func add(_ testCase: Case, trials count: Int, sequential: Int = 0) {
    let isSampled = sampledCases < Self.sampled
    if isSampled { sampledCases += 1 }
    var turns = 1
    if case .turns(let all) = testCase.input { turns = all.count }
    let asked = testCase.judgesAsked
    for (place, setup) in setups.enumerated() {
      let trials = count + (setup.arm == .candidate ? sequential : 0)
      arms[place].calls += trials * turns
      for name in asked {
        guard let judge = judges.firstIndex(where: { $0.name == "judge \(name)" }) else { continue }
        judges[judge].calls += trials * (judgeData[name]?.votes ?? 1)
      }
      if isSampled { sample(testCase, place, turns: turns, trials: trials) }
    }
  }

  /// The requests as they will be sent, the answers to them at their longest.
  private mutating func sample(_ testCase: Case, _ place: Int, turns: Int, trials: Int) {
    let setup = setups[place]
    var answers: [Answer] = []
    for turn in 0..<turns {
      let origin = ModelRequest.Origin(caseID: testCase.id, arm: setup.arm, repeatIndex: 0, turn: turn)
      let earlier = answers.map { $0.completion.text ?? "" }
      guard let messages = try? setup.prompting.messages(for: testCase, turn: turn, earlier: earlier, templates: templates) else {
        (arms[place].hasTokens, arms[place].hasPrice) = (false, false)
        return
      }
      let request = ModelRequest(messages: messages, origin: origin)
      arms[place].sample(request, times: trials)
      guard turns > 1 || !judges.isEmpty else { return }
      // About four bytes a token, as requests are reckoned; what is longer than any answer is of no use.
      let longest = (try? setup.client.prepare(request))?.estimatedUsage.output ?? 0
      answers.append(
        Answer(completion: Completion(text: String(repeating: "word", count: min(65_536, max(1, longest)))), asked: messages))
    }
    guard let checks = try? CompiledChecks(compiling: testCase, judges: judgeData, patterns: &patterns) else { return }
    let origin = ModelRequest.Origin(caseID: testCase.id, arm: setup.arm, repeatIndex: 0, turn: 0)
    for step in checks.score(answers) {
      guard case .asking(let question) = step,
        let judge = judges.firstIndex(where: { $0.name == "judge \(question.judge.name)" })
      else { continue }
      judges[judge].sample(question.namedRequest(origin: origin), times: trials * question.judge.votes)
    }
  }

  /// nil where a target has no price.
  func atMost(currency: String?) -> Money? {
    let all = arms + judges.filter { $0.calls > 0 }
    guard let currency, !all.isEmpty, all.allSatisfy({ $0.hasPrice && $0.sampledCalls > 0 }) else { return nil }
    return Money(micro: Int(all.reduce(0) { $0 + $1.scaled($1.micro) }.roundedToThreeDigits(.up)), currency: currency)
  }

  /// `180 calls (candidate 90, production 90), about 145,000 tokens in and at most 184,000 out, at most 0.12 USD`; nil where there is nothing
  /// to tell but the number of trials.
  func words(currency: String?) -> String? {
    let all = arms + judges.filter { $0.calls > 0 }
    let hasTokens = all.contains { $0.hasTokens && $0.sampledCalls > 0 }
    guard hasTokens || all.count > arms.count else { return nil }
    let named = all.map { "\(visible($0.name)) \(grouped($0.calls))" }.joined(separator: ", ")
    var words = "\(grouped(all.reduce(0) { $0 + $1.calls })) calls (\(named))"
    if hasTokens {
      let input = all.reduce(0) { $0 + $1.scaled($1.input) }, output = all.reduce(0) { $0 + $1.scaled($1.output) }
      words += ", about \(rounded(input)) tokens in and at most \(rounded(output)) out"
    }
    return words + (atMost(currency: currency).map { ", at most \($0)" } ?? "")
  }
}

extension Case {
  /// Names of the judges that its checks ask, once for each check, those of its turns too.
  fileprivate var judgesAsked: [String] {
    var all = checks
    if case .turns(let turns) = input { all += turns.flatMap(\.checks) }
    return all.compactMap { check in
      switch check.kind {
      case "judge": check.argument?.string
      case "not": check.argument?["judge"]?.string
      default: nil
      }
    }
  }
}

/// `1,234,567`.
private func grouped(_ count: Int) -> String {
  let digits = Array(String(count))
  var out = ""
  for (place, digit) in digits.enumerated() {
    if place > 0, (digits.count - place) % 3 == 0 { out += "," }
    out.append(digit)
  }
  return out
}

extension Double {
  /// To three digits, for what is an estimate anyway; not negative.
  fileprivate func roundedToThreeDigits(_ rule: FloatingPointRoundingRule = .toNearestOrAwayFromZero) -> Double {
    var step = 1.0
    while self / step >= 1000 { step *= 10 }
    return (self / step).rounded(rule) * step
  }
}

private func rounded(_ value: Double) -> String { grouped(Int(value.roundedToThreeDigits())) }
