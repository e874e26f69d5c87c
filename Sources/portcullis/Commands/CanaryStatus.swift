import ArgumentParser
import Glibc
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisReports
import PortcullisStore

struct CanaryStatus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "How a canary stands. Exits 0 only for promote.",
    discussion: """
      EXAMPLES
        portcullis canary status
        portcullis canary status support-2 --by segment
        portcullis canary status --json --report junit=canary.xml

      Looking lets time pass up to now: an arm that fell silent raises its alert,
      and after the deadline the policy's 'on_timeout' comes, recorded and told.
      Looking often changes nothing else.

      Exit codes: 0 promote, 98 continue, hold or expired, 99 rollback.
      """)

  @Argument(help: ArgumentHelp("A canary's name or a unique beginning of it.", valueName: "name"))
  var name = "latest"

  @Option(help: ArgumentHelp("Look at this moment instead of now: a time, or hours since the start.", valueName: "time"))
  var at: String?

  @Option(help: ArgumentHelp("Requests, quality and cost by segment, feature, type, model or version.", valueName: "field"))
  var by: ObservationField?

  @OptionGroup var place: StorePlace
  @OptionGroup var delivery: DeliveryOptions

  @Flag(name: .long, help: "Print the result as JSON on standard output.")
  var json = false

  @Option(
    name: .customLong("report"),
    help: ArgumentHelp("Also write a report: json, junit, markdown or terminal; repeatable.", valueName: "format=path"))
  var reports: [String] = []

  func validate() throws {
    _ = try reports.map(ReportFile.init)
    _ = try at.map { try CanaryMoment($0, option: "--at") }
  }

  func run() async throws {
    let files = try reports.map(ReportFile.init)
    for file in files { try file.probe() }
    let store = try place.open()
    var session = try CanarySession(try store.canary(named: name), in: store)
    let moment = try at.map { try CanaryMoment($0, option: "--at") } ?? .now
    let look = try session.look(at: moment.hours(in: session))
    let report = CanaryReport(
      look, policy: session.canary.policy, context: session.context, name: session.record.name, events: try session.events())
    try deliver(report, session.input(report), json: json, by: by, files: files)
    // What is decided is recorded and shown before anybody is called: a receiver that is down must not hide it.
    try await session.deliver(try delivery.policy, isQuiet: false)
    try store.close()
    throw Exit(code: report.decision.exitCode)
  }
}

extension CanarySession {
  func input(_ report: CanaryReport) -> ReportInput {
    let notes = canary.policy.isDefault ? ["policy: the default, since the config wrote none"] : []
    return report.input(started: record.startedAt.description, sources: ["live traffic"], notes: notes)
  }
}

/// A moment on the command line: a time, hours since the start, or now.
enum CanaryMoment {
  case now
  /// Microseconds since 1970.
  case time(Int)
  case hours(Double)

  init(_ text: String, option: String) throws {
    if let moment = moment(text) {
      self = .time(moment)
    } else if let hours = plainNumber(text), hours >= 0, hours <= 1_000_000 {
      self = .hours(hours)
    } else {
      throw ValidationError(
        "\(option) is '\(visible(text))'; write a time, as in '2026-09-16T13:40:00Z', or hours since the start, as in 2.5")
    }
  }

  /// At least 0.
  func hours(in session: CanarySession) -> Double {
    switch self {
    case .now: max(0, session.hours(at: .now))
    case .time(let micro): max(0, session.hours(at: WallTime(milliseconds: micro / 1000)))
    case .hours(let hours): hours
    }
  }
}
