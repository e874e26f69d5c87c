import ArgumentParser
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisStore

struct CanaryStop: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop",
    abstract: "A person rolls a canary back, for good.",
    discussion: """
      EXAMPLES
        portcullis canary stop support-2 --by ada --reason "angry tickets"

      Recorded with who and why, and told as a rollback to whom the policy names.
      Exits 99, or with the code of how the canary had ended before.
      """)

  @Argument(help: ArgumentHelp("A canary's name or a unique beginning of it.", valueName: "name"))
  var name = "latest"

  @Option(help: ArgumentHelp("Who stops it.", valueName: "name"))
  var by: String

  @Option(help: ArgumentHelp("Why.", valueName: "text"))
  var reason: String

  @OptionGroup var place: StorePlace
  @OptionGroup var delivery: DeliveryOptions

  func validate() throws {
    for (option, text) in [("--by", by), ("--reason", reason)] where text.allSatisfy(\.isWhitespace) {
      throw ValidationError("\(option) is empty; whoever reads the records later must know")
    }
    if by.utf8.count > 200 || reason.utf8.count > 2000 {
      throw ValidationError("--by takes at most 200 bytes and --reason at most 2000")
    }
  }

  func run() async throws {
    let store = try place.open()
    var session = try CanarySession(try store.canary(named: name), in: store)
    let wasOver = session.record.isFinal
    if !wasOver { try session.stop(by: by, reason: reason, at: max(0, session.hours(at: .now))) }
    try await session.deliver(try delivery.policy, isQuiet: false)
    var canary = session.canary
    let look = canary.look(at: canary.clock)
    if wasOver { note("the canary '\(visible(session.record.name))' was over already; nothing was changed") }
    say(try session.line())
    try store.close()
    throw Exit(code: look.verdict.exitCode)
  }
}

struct CanaryAdvance: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "advance",
    abstract: "Tells a canary that the traffic was moved to its next share.",
    discussion: """
      EXAMPLES
        portcullis canary advance support-2

      Only where the policy names no action for 'advance': a webhook or command
      that acknowledges it says the same by itself. Refused (65) while the canary
      does not wait for it.
      """)

  @Argument(help: ArgumentHelp("A canary's name or a unique beginning of it.", valueName: "name"))
  var name = "latest"

  @Option(help: ArgumentHelp("When it was moved, if not just now: a time, or hours since the start.", valueName: "time"))
  var at: String?

  @OptionGroup var place: StorePlace

  func validate() throws { _ = try at.map { try CanaryMoment($0, option: "--at") } }

  func run() async throws {
    let store = try place.open()
    var session = try CanarySession(try store.canary(named: name), in: store)
    guard let share = session.canary.waitingShare else {
      throw CommandFailure(
        "the canary '\(visible(session.record.name))' waits for no other share of the traffic",
        help: "'portcullis canary status' says how it stands", code: .badInput)
    }
    let moment = try at.map { try CanaryMoment($0, option: "--at") } ?? .now
    try session.shift(at: max(session.canary.clock, moment.hours(in: session)))
    note("the traffic goes to \(percent(share)) from now on")
    say(try session.line())
    try store.close()
  }
}
