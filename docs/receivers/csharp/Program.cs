// A receiver of ArtiBot's webhooks for ASP.NET Core. It verifies the signature of each event and prints the event.
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

var app = WebApplication.CreateBuilder(args).Build();
app.Urls.Add($"http://localhost:{Environment.GetEnvironmentVariable("PORT") ?? "3000"}");
app.MapPost("{**path}", async (HttpRequest req) =>
{
    using var memory = new MemoryStream();
    await req.Body.CopyToAsync(memory);
    var body = memory.ToArray(); // the raw bytes: do not parse and serialise the JSON before verifying
    var origin = Environment.GetEnvironmentVariable("PUBLIC_ORIGIN") ?? $"http://{req.Host}";
    var target = req.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
    var message = Encoding.UTF8.GetBytes($"{req.Method}&{origin}{target}&").Concat(body).ToArray();
    var secret = Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable("SECRET") ?? "");
    var expected = Convert.ToHexString(HMACSHA1.HashData(secret, message)); // upper case, like ArtiBot's
    var received = req.Headers["x-artibot-signature"].ToString().ToUpperInvariant();
    if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(received), Encoding.UTF8.GetBytes(expected)))
        return Results.Unauthorized();
    try { Console.WriteLine(JsonDocument.Parse(body).RootElement); }
    catch (JsonException) { return Results.BadRequest(); }
    return Results.NoContent();
});
app.Run();
