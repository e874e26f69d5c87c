import Foundation
import PortcullisChecks
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisStore

/// Two of the three answers to a request, in the order in which a judge reads them. Each two are shown in both orders, so that a judge that
/// prefers the first or the second says nothing by it.
struct ShadowComparison: Sendable {
  let first: Arm
  let second: Arm

  static let all = [(Arm.production, Arm.noise), (.candidate, .production), (.candidate, .noise)].flatMap {
    [ShadowComparison(first: $0.0, second: $0.1), ShadowComparison(first: $0.1, second: $0.0)]
  }

  /// The case that asks it; ids have at most 200 bytes, so a long one is named by its digest.
  func id(of pair: ShadowPair) -> CaseID? {
    let name = "\(first.rawValue)-\(second.rawValue)"
    return CaseID("\(pair.id) \(name)") ?? CaseID("\(Digest(of: pair.id.text).hex) \(name)")
  }

  /// Both answers; nil where one is missing, or where they are the same but for what `compare: text` leaves out: those agree unasked.
  func texts(of pair: ShadowPair) -> (first: String, second: String)? {
    guard let left = pair[first]?.completion, let right = pair[second]?.completion else { return nil }
    if AnswerDifference(NoChangeRule()).fields(left, right).isEmpty { return nil }
    return (left.judgedText, right.judgedText)
  }
}

/// The run in which a judge compares answers: recorded answers as the candidate, the other answer as what is expected, the judge as the check.
/// So votes, the second asking, the fence, budget and resuming are those of every run.
struct ShadowComparing {
  let run: RunRecord

  /// What the judge says of a pair that was drawn; nil unless it graded every comparison that had to be asked.
  func agreement(of pair: ShadowPair, in store: Store, _ account: inout JudgeAccount) throws -> ShadowAgreement? {
    guard pair.hasEveryAnswer else { return nil }
    var grades: [Double] = []
    for comparison in ShadowComparison.all {
      guard comparison.texts(of: pair) != nil else {
        grades.append(1)
        continue
      }
      guard let id = comparison.id(of: pair), let trial = try store.cases(of: run, id: id).first?.trials.first else { return nil }
      guard case .graded(let grade, _)? = trial.scores.first?.score else {
        account.add(ungraded: trial.reason)
        return nil
      }
      grades.append(grade)
    }
    return ShadowAgreement(
      production: (grades[0] + grades[1]) / 2, candidate: (grades[2] + grades[3]) / 2, candidateAndNoise: (grades[4] + grades[5]) / 2)
  }

  /// The target that gives the answers of a file, for nothing; its own digest is of what they say.
  static func answers(in file: String, digest: Digest, currency: String) -> Target {
    Target(
      name: "recorded answers", provider: "replay", model: "recorded",
      price: Price(inputNano: 0, cachedInputNano: nil, outputNano: 0, currency: currency),
      source: Target.AnswerSource(file: file, digest: digest))
  }
}

/// Comparisons without a grade, and why the first of them has none.
struct JudgeAccount: Sendable {
  private var count = 0
  private var reason: String?

  mutating func add(ungraded reason: String?) {
    count += 1
    if self.reason == nil { self.reason = reason }
  }

  /// nil where every comparison has a grade.
  var words: String? {
    guard count > 0 else { return nil }
    return "\(plural(count, "pair")) without a grade" + (reason.map { ", the first because: \($0)" } ?? "")
  }
}

extension ShadowPair {
  /// A comparison as a case and the answer it is asked about.
  func lines(of comparison: ShadowComparison, judge: Judge) -> (testCase: String, recording: String)? {
    guard let texts = comparison.texts(of: self), let id = comparison.id(of: self) else { return nil }
    let asked = messages.isEmpty ? [Message(role: .user, content: "(the request was not recorded)")] : messages.map(\.plain)
    let testCase = trafficCase(id, asked, check: ("judge", .string(judge.name)), expected: texts.first)
    let free = JSON.object([("input", .int(0)), ("output", .int(0))])
    let recording = JSON.object([("case", .string(id.text)), ("text", .string(texts.second)), ("usage", free)])
    return (testCase, recording.compactText)
  }
}

extension Message {
  /// The same turn with its calls as text: a judge reads a conversation, and nobody goes on with it.
  fileprivate var plain: Message {
    role == .tool ? Message(role: .user, content: "(result of a tool) \(content)") : Message(role: role, content: wholeText)
  }
}

extension Completion {
  /// All that a reader would see of an answer.
  fileprivate var judgedText: String {
    let calls = toolCalls.map { "(calls the tool \($0.json.compactText))" }
    return ([refusal.map { "(refuses) \($0)" }, text].compactMap { $0 } + calls).joined(separator: "\n")
  }
}
