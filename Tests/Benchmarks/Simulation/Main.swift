import Foundation

// The simulated error rates of reference/statistics.md §13, measured on the built command through the protocol that anybody can use.
// `scripts/simulate` builds both in release and runs this.
@main struct Main {
  static func main() {
    signal(SIGPIPE, SIG_IGN)
    do {
      let options = try Options(Array(CommandLine.arguments.dropFirst()))
      exit(try Simulation(options).run() ? 0 : 1)
    } catch let usage as Usage {
      complain("simulate: \(usage.description)\nusage: simulate [offline|canary] [--runs N] [--seed N] [--write-readme]")
      exit(64)
    } catch {
      complain("simulate: \(error)")
      exit(70)
    }
  }
}

func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

struct Usage: Error, CustomStringConvertible {
  let description: String
}

struct Options {
  var portcullis = ""
  var tables: Set<String> = ["offline", "canary"]
  /// The most runs of a row.
  var runs = Int.max
  var seed: UInt64 = 1
  var writesReadme = false

  /// - Parameter words: The path of the command first.
  init(_ words: [String]) throws {
    guard let path = words.first else { throw Usage(description: "the path of portcullis is missing") }
    portcullis = path
    var rest = words.dropFirst()
    var named: Set<String> = []
    while let word = rest.popFirst() {
      switch word {
      case "offline", "canary": named.insert(word)
      case "--runs":
        guard let text = rest.popFirst(), let count = Int(text), count > 0 else {
          throw Usage(description: "--runs needs a number above 0")
        }
        runs = count
      case "--seed":
        guard let text = rest.popFirst(), let number = UInt64(text) else { throw Usage(description: "--seed needs a whole number") }
        seed = number
      case "--write-readme": writesReadme = true
      default: throw Usage(description: "unknown word '\(word)'")
      }
    }
    if !named.isEmpty { tables = named }
    if writesReadme, !tables.contains("offline") || runs != .max {
      throw Usage(description: "--write-readme needs the whole offline table")
    }
  }
}

/// Prints the tables; each row as it ends.
struct Simulation {
  let options: Options

  init(_ options: Options) { self.options = options }

  /// False where a promise is broken beyond chance.
  func run() throws -> Bool {
    var kept = true
    if options.tables.contains("offline") {
      var lines = [Row.offlineHeader]
      print(lines[0])
      for (number, scenario) in offlineScenarios.enumerated() {
        let runs = min(options.runs, 20_000)
        let row = Row(scenario.name, try simulate(scenario, number: UInt64(number), runs: runs), scenario.promise)
        lines.append(row.offlineLine)
        print(row.offlineLine)
        fflush(nil)
        kept = kept && row.isKept != false
      }
      if options.writesReadme { try writeReadme(lines) }
    }
    if options.tables.contains("canary") {
      print((options.tables.count > 1 ? "\n" : "") + Row.canaryHeader)
      for (number, scenario) in canaryScenarios.enumerated() {
        let runs = min(options.runs, scenario.runs)
        let row = Row(scenario.name, try simulate(scenario, number: UInt64(100 + number), runs: runs), scenario.promise)
        print(row.canaryLine(harmFrom: scenario.harmFrom))
        fflush(nil)
        kept = kept && row.isKept != false
      }
    }
    return kept
  }

  private func simulate(_ scenario: OfflineScenario, number: UInt64, runs: Int) throws -> [Outcome] {
    try inTwoProcesses { gate, lane in
      var outcomes: [Outcome] = []
      for run in stride(from: lane, to: runs, by: 2) {
        var generator = Generator(seed: options.seed, row: number, run: UInt64(run))
        var pairs = Pairs()
        scenario.draw(&generator, &pairs)
        let answers = try gate.ask(pairs.line(id: run, kind: scenario.kind, margin: scenario.margin), answers: 1)
        outcomes.append(Outcome(verdict: try answers[0].verdict()))
      }
      return outcomes
    }
  }

  private func simulate(_ scenario: CanaryScenario, number: UInt64, runs: Int) throws -> [Outcome] {
    try inTwoProcesses { gate, lane in
      var waiting = stride(from: lane, to: runs, by: 2).makeIterator()
      func next() -> CanaryRun? {
        waiting.next().map { CanaryRun(id: $0, scenario, Generator(seed: options.seed, row: number, run: UInt64($0))) }
      }
      // Side by side, so that a batch of lines is on its way while the command is woken once.
      var live = (0..<32).compactMap { _ in next() }
      var outcomes: [Outcome] = []
      while !live.isEmpty {
        var lines: [UInt8] = []
        for index in live.indices { live[index].writeLine(to: &lines) }
        let answers = try gate.ask(lines, answers: live.count)
        for index in live.indices.reversed() {
          guard let outcome = try live[index].take(answers[index]) else { continue }
          outcomes.append(outcome)
          if let other = next() { live[index] = other } else { live.remove(at: index) }
        }
      }
      return outcomes
    }
  }

  /// Runs both halves of the work at once, each with a process of the command for itself.
  private func inTwoProcesses(_ body: @Sendable (Gate, Int) throws -> [Outcome]) throws -> [Outcome] {
    let gates = [try Gate(options.portcullis), try Gate(options.portcullis)]
    let results = Results()
    DispatchQueue.concurrentPerform(iterations: 2) { lane in
      results.add(lane, Result { try body(gates[lane], lane) })
    }
    for gate in gates { try gate.end() }
    return try results.joined()
  }
}

/// What the two halves found.
private final class Results: @unchecked Sendable {
  private let lock = NSLock()
  private var found: [Int: Result<[Outcome], any Error>] = [:]

  func add(_ lane: Int, _ result: Result<[Outcome], any Error>) { lock.withLock { found[lane] = result } }

  func joined() throws -> [Outcome] { try lock.withLock { try found.sorted { $0.key < $1.key }.flatMap { try $0.value.get() } } }
}
