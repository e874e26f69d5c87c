import ArgumentParser
import Glibc
import PortcullisCore

/// The command: arguments in, exit code out.
@main
struct Portcullis: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "portcullis",
    abstract: "Decides whether a model, prompt or pipeline may be promoted.",
    discussion: """
      EXAMPLES
        Candidate against production, as portcullis.yaml says:
          portcullis gate
        Every problem in your files at once; nothing is called:
          portcullis validate
        Any report of any recorded run:
          portcullis report latest --format markdown

      EXIT CODES
        0 pass, 97 waiting for review, 98 inconclusive, 99 fail
        64 usage, 65 bad data or config (nothing was called)
        69 a provider was unreachable and nothing could be scored
        70 internal, 73 cannot write, 75 budget or deadline cut the plan
        130/143 interrupted (the same command goes on where it stopped)
      """,
    version: version,
    subcommands: [
      GateCommand.self, ShadowCommand.self, RunCommand.self, ValidateCommand.self, ReportCommand.self, ExportCommand.self,
      ChecksCommand.self,
      ExplainCommand.self, StatsCommand.self, PlanSizeCommand.self,
      PromoteCommand.self, RollbackCommand.self, HistoryCommand.self, ReplayServerCommand.self,
    ])

  static func main() async {
    signal(SIGPIPE, SIG_IGN)  // a reader that leaves must not look like a crash
    raiseFileLimit()
    // Answers and keys stay out of core dumps.
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(UInt32(RLIMIT_CORE.rawValue)), &none)
    refuseNothingAndTheUnknown(Array(CommandLine.arguments.dropFirst()))
    refuseTwins(Array(CommandLine.arguments.dropFirst()))
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand { try await asynchronous.run() } else { try command.run() }
    } catch {
      end(with: error)
    }
  }

  /// Every error becomes words and an exit code here and nowhere else.
  private static func end(with error: any Error) -> Never {
    if let code = error as? Exit { Glibc.exit(code.code.rawValue) }
    guard let failure = Failure(error) else { exit(withError: error) }
    note(failure.message)
    Glibc.exit(failure.code.rawValue)
  }
}

/// As many open files as the system allows: each call under way holds one.
private func raiseFileLimit() {
  var limit = rlimit()
  guard getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0 else { return }
  limit.rlim_cur = min(limit.rlim_max, 65536)
  setrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
}

/// A flag given twice is a slip whose meaning nobody can tell; those that may be repeated are named here.
private func refuseTwins(_ arguments: [String]) {
  let repeatable: Set<String> = ["--set", "--tag", "--evalset", "-e", "--report"]
  var seen: Set<String> = []
  for argument in arguments {
    if argument == "--" { return }
    guard argument.hasPrefix("-"), argument.count > 1, Double(argument) == nil else { continue }
    let name = argument.hasPrefix("--") ? String(argument.prefix { $0 != "=" }) : String(argument.prefix(2))
    guard !repeatable.contains(name), !seen.insert(name).inserted else { continue }
    note(Diagnostic(.error, "'\(name)' is given twice", help: "which of the two is meant?").description)
    Glibc.exit(PortcullisCore.ExitCode.usage.rawValue)
  }
}

/// A bare call and a misspelt command end with 64 and a hint: in CI an empty argument list must not look like a pass.
private func refuseNothingAndTheUnknown(_ arguments: [String]) {
  let names = Portcullis.configuration.subcommands.map { $0.configuration.commandName ?? "" }
  guard let first = arguments.first else {
    note("error: no command is named; known: \(names.joined(separator: ", "))\n  help: portcullis --help")
    Glibc.exit(PortcullisCore.ExitCode.usage.rawValue)
  }
  guard !first.hasPrefix("-"), first != "help", !names.contains(first) else { return }
  note(Diagnostic(.error, "unknown command '\(first)'", help: suggestion(for: first, among: names)).description)
  Glibc.exit(PortcullisCore.ExitCode.usage.rawValue)
}

/// Ends the process with a code whose reason has been told already.
struct Exit: Error {
  let code: PortcullisCore.ExitCode
}
