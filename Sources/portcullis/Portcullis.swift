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
        portcullis gate                                   candidate against production, as portcullis.yaml says
        portcullis gate -e evalsets/support --candidate openai:new@http://127.0.0.1:8000/v1 --production openai:old@http://127.0.0.1:8001/v1
        portcullis validate                               every problem in your files at once; nothing is called
        portcullis report latest --format markdown        any report of any recorded run

      EXIT CODES
        0 pass · 97 waiting for review · 98 inconclusive · 99 fail
        64 usage · 65 bad data or config (nothing was called) · 69 provider unreachable, nothing scored · 70 internal · 73 cannot write
        75 budget or deadline cut the plan · 130/143 interrupted (the same command goes on where it stopped)
      """,
    version: version,
    subcommands: [
      GateCommand.self, RunCommand.self, ValidateCommand.self, ReportCommand.self, ExportCommand.self, ChecksCommand.self, ExplainCommand.self,
      ReplayServerCommand.self,
    ])

  static func main() async {
    signal(SIGPIPE, SIG_IGN)  // a reader that leaves must not look like a crash
    // Answers and keys stay out of core dumps.
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(UInt32(RLIMIT_CORE.rawValue)), &none)
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

/// Ends the process with a code whose reason has been told already.
struct Exit: Error {
  let code: PortcullisCore.ExitCode
}
