import PortcullisChecks
import PortcullisCore

/// What can be known to be wrong with a case before any model is asked: its checks, the variables of its prompt, its quarantine.
struct CaseChecker {
  let judges: [String: Judge]
  let prompt: CasePrompt?
  /// Of the evalset's default checks, with the file they stand in.
  let defaults: (problems: FileProblems, positions: [Position])
  /// `YYYY-MM-DD`; nil where the day is not to be looked at.
  let today: String?
  /// Whether the checks will be used.
  let isScored: Bool
  private var patterns = PatternCache()

  init(
    judges: [String: Judge], prompt: CasePrompt?, defaults: (problems: FileProblems, positions: [Position]), today: String?, isScored: Bool
  ) {
    self.judges = judges
    self.prompt = prompt
    self.defaults = defaults
    self.today = today
    self.isScored = isScored
  }

  /// - Parameter decoded: Its `expected` filled in from the golden answers.
  mutating func check(_ decoded: DecodedCase, _ problems: FileProblems) {
    let testCase = decoded.testCase
    do throws(CheckProblems) {
      if isScored { _ = try CompiledChecks(compiling: testCase, judges: judges, patterns: &patterns) }
    } catch {
      for problem in error.problems { report(problem, decoded, problems) }
    }
    if case .template = testCase.input, let prompt {
      do throws(TemplateProblem) {
        _ = try prompt.template.render(templateValues(of: testCase))
      } catch {
        problems.error(
          "case '\(testCase.id)': \(error.message) (\(prompt.file):\(error.line):\(error.column))", at: decoded.position,
          help: error.help ?? "give it under 'vars'")
      }
    }
    if case .messages(let messages) = testCase.input, messages.allSatisfy({ $0.content.allSatisfy(\.isWhitespace) }) {
      problems.warning("case '\(testCase.id)' has an empty input", at: decoded.position)
    }
    if let quarantine = testCase.quarantine, let today, precedes(quarantine.expires, today) {
      problems.error(
        "the quarantine of case '\(testCase.id)' expired on \(quarantine.expires)", at: decoded.position,
        help: "mend the case, or give the quarantine a new day and reason")
    }
  }

  private func report(_ problem: CheckProblem, _ decoded: DecodedCase, _ problems: FileProblems) {
    let message = problem.diagnostic.message, help = problem.diagnostic.help
    let id = decoded.testCase.id
    guard let index = problem.index else {
      problems.error("case '\(id)': \(message)", at: decoded.position, help: help)
      return
    }
    if let turn = problem.turn {
      problems.error(message, at: decoded.turnPositions[turn][index], help: help)
    } else if index < defaults.positions.count {
      defaults.problems.errorOnce(
        "\(message), in case '\(id)'", for: "default \(index) \(message)", at: defaults.positions[index], help: help)
    } else {
      problems.error(message, at: decoded.checkPositions[index - defaults.positions.count], help: help)
    }
  }
}

/// What a prompt template may use: the case's `vars`, and beside them `id` and `context`.
private func templateValues(of testCase: Case) -> JSONObject {
  var values = testCase.vars
  if values["id"] == nil { values["id"] = .string(testCase.id.text) }
  if values["context"] == nil {
    values["context"] = .array(testCase.context.map { .object([("id", .string($0.id)), ("text", .string($0.text))]) })
  }
  return values
}
