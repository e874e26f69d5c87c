import ArgumentParser
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisStore

struct CanaryObserve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "observe",
    abstract: "Feeds observations to a canary; each counts once, however often it is fed.",
    discussion: """
      EXAMPLES
        portcullis canary observe requests.jsonl
        tail -n +1 -F requests.jsonl | portcullis canary observe - --canary support-2

      Observations are JSON lines (docs/guides/canary.md), in the order in which
      the requests were assigned. A file that grew may be fed again: what was
      counted is not counted twice. Whatever the policy decides on the way is
      recorded first and then told to whom the policy names.

      Exits 0 when all was fed, whatever the verdict: 'canary status' tells that.
      65: some line could not be read or contradicts an earlier one; the others
      count, and the canary can not be promoted any more. 69: an action was not acknowledged; it is kept.
      """)

  @Argument(help: ArgumentHelp("Observations, JSON Lines; '-' reads standard input.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("A canary's name or a unique beginning of it.", valueName: "name"))
  var canary = "latest"

  @OptionGroup var place: StorePlace
  @OptionGroup var delivery: DeliveryOptions

  @Flag(name: [.short, .long], help: "No word on standard error about what was read.")
  var quiet = false

  func run() async throws {
    let store = try place.open()
    var session = try CanarySession(try store.canary(named: canary), in: store)
    let list = ProblemList()
    let reader = try ObservationReader(ByteStream(path: file), start: session.record.startedAt.milliseconds * 1000, isLive: true, list)
    var account = CanaryAccount()
    var (told, posted) = (0, 0)
    let policy = try delivery.policy
    var tried = ContinuousClock.now
    var isWaiting = false
    // Reading waits for whoever writes; nothing else runs meanwhile, so that no task is kept from a thread.
    while let lines = try reader.next() {
      let fed = try session.feed(lines)
      for diagnostic in fed.contradictions.prefix(Self.mostTold - min(account.contradicted, Self.mostTold)) { note(diagnostic.description) }
      account.add(fed)
      for diagnostic in list.diagnostics.dropFirst(told).prefix(Self.mostTold - min(told, Self.mostTold)) { note(diagnostic.description) }
      told = list.diagnostics.count
      // A receiver that is down must not hold up the evidence for long, nor be forgotten while a stream goes on.
      guard session.posted > posted || isWaiting && ContinuousClock.now - tried > Self.pause else { continue }
      posted = session.posted
      let quick = DeliveryPolicy(patience: min(policy.patience, Self.pause))
      isWaiting = try await !session.deliver(quick, isQuiet: quiet).left.isEmpty
      tried = ContinuousClock.now
    }
    let delivered = try await session.deliver(policy, isQuiet: quiet)
    if list.errorCount > Self.mostTold { note("… and \(list.errorCount - Self.mostTold) more errors") }
    if !quiet { for line in [account.words] + ignoredWords(reader.ignored) { note(line) } }
    say(try session.line())
    try store.close()
    if list.errorCount > 0 || account.contradicted > 0 { throw Exit(code: .badInput) }
    if delivered.leavesAction { throw Exit(code: .unreachable) }
  }

  /// How long a stream waits for a receiver that does not answer, and how long it leaves it alone then.
  private static let pause = Duration.seconds(5)
  /// Lines that cannot be read are named one by one up to here.
  private static let mostTold = 50
}
