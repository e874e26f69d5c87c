import ArgumentParser
import PortcullisCore
import PortcullisFormats
import PortcullisGate

struct PlanSizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan-size",
    abstract: "The cases a margin needs, or what a suite can show. Nothing is called.",
    discussion: """
      EXAMPLES
        portcullis plan-size --margin 3%
        portcullis plan-size --margin 3% --discordance 10% --power 0.9
        portcullis plan-size --margin 3% --sd 0.1
        portcullis plan-size --margin 5% --cluster-size 10 --icc 0.05
        portcullis plan-size --margin 3% --unpaired --rate 90%
        portcullis plan-size -e evalsets/support

      With --margin alone, a table of the cases needed. With a config, or -e,
      what its cases can show: by how far the arms differed in the suite's
      latest finished gate, where the store has one, else by an assumption
      that is named.
      """)

  @OptionGroup var question: SizeQuestion
  @OptionGroup var plan: PlanOptions

  @Option(help: ArgumentHelp("A target's name, or provider:model[@base_url].", valueName: "target"))
  var candidate: String?

  @Option(help: ArgumentHelp("A target's name, or provider:model[@base_url].", valueName: "target"))
  var production: String?

  @Option(help: ArgumentHelp("The folder of recorded runs (default: the config's, else .portcullis).", valueName: "folder"))
  var store: String?

  @Flag(help: "Print the table as JSON on standard output.")
  var json = false

  /// A suite is looked at where one is named, or where nothing but the config says what is asked.
  private var looksAtSuite: Bool {
    plan.config != nil || !plan.evalset.isEmpty || question.margin == nil && question.firstOfTables == nil && findConfig() != nil
  }

  func validate() throws {
    if looksAtSuite {
      if let name = question.firstOfTables {
        throw ValidationError("\(name) belongs to the table that '--margin' prints; with a config or '-e' the suite itself is looked at")
      }
    } else if question.margin == nil {
      throw ValidationError("--margin says what loss is to be excluded, as in '--margin 3%'; or name a suite with '-e EVALSET'")
    }
  }

  func run() throws {
    if looksAtSuite { return try lookAtSuite() }
    guard let margin = question.margin else { return }
    let answer = SizeAnswer(question, margin: margin)
    say(json ? answer.json.prettyText : answer.text)
  }

  private func lookAtSuite() throws {
    let loaded = try planWithBothArms()
    let answer = try SuiteAnswer(loaded.plan, history: try suiteHistory(of: loaded.plan, arms: loaded.named, in: store), question)
    for warning in answer.warnings { note(warning.description) }
    say(json ? answer.json.prettyText : answer.text)
  }

  /// A suite's size is that of both arms, also where one is not named yet: a stand-in, which is never asked, makes the plan.
  private func planWithBothArms() throws -> (plan: LoadedPlan, named: [Arm]) {
    func load(_ candidate: String?, _ production: String?) throws -> LoadedPlan {
      try loadPlan(plan, run: nil, candidate: candidate, production: production, arms: [.candidate, .production], decides: true)
    }
    let hasConfig = plan.config != nil || findConfig() != nil
    let known = candidate != nil || hasConfig ? try load(candidate, production) : nil
    if let known, known.arms.count == 2 { return (known, [.candidate, .production]) }
    let standIns = Arm.allCases.map { "openai:\($0.rawValue)@http://127.0.0.1:9/v1" }
    let both = try load(candidate ?? (known == nil ? standIns[0] : nil), production ?? standIns[1])
    return (both, (known?.arms.map(\.arm) ?? []) + (production != nil ? [.production] : []))
  }
}
