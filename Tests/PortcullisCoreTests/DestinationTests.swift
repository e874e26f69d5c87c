import PortcullisCore
import Testing

struct DestinationTests {
  @Test(arguments: [
    Destination.webhook(Webhook(.url("https://ops.example/hook"))),
    .webhook(Webhook(.variable("ROLLBACK_URL"), tokenVariable: "ROLLBACK_TOKEN")),
    .command(["./shift.sh", "5%", ""], folder: "/srv/deploy"),
  ])
  func whatIsWrittenIsReadAgain(destination: Destination) { #expect(Destination(destination.json) == destination) }

  @Test(arguments: [
    "{}", "7", #"{"webhook": 7}"#, #"{"webhook": {"url": "x"}}"#, #"{"webhook": "https://a.example", "token": "secret"}"#,
    #"{"command": [], "folder": "/"}"#, #"{"command": ["a", 5], "folder": "/"}"#, #"{"command": ["a"]}"#,
  ])
  func anythingElseIsNone(text: String) throws { #expect(Destination(try JSON(parsing: text)) == nil) }
}
