import ArgumentParser
import PortcullisCore

/// How long a command may try to be heard.
struct DeliveryOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How long to try to have messages acknowledged; what is not stays pending (default: 60s).", valueName: "duration"))
  var patience: String?

  func validate() throws { _ = try policy }

  var policy: DeliveryPolicy {
    get throws {
      guard let patience else { return DeliveryPolicy() }
      do throws(UnitProblem) {
        return DeliveryPolicy(patience: try parseDuration(patience))
      } catch {
        throw ValidationError("--patience", error.message, help: error.help)
      }
    }
  }
}
