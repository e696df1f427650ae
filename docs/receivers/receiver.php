<?php
// A receiver of ArtiBot's webhooks for PHP. It verifies the signature of each event and logs the event.
$body = file_get_contents('php://input'); // the raw bytes, before json_decode
$origin = getenv('PUBLIC_ORIGIN') ?: 'http://' . $_SERVER['HTTP_HOST'];
$message = $_SERVER['REQUEST_METHOD'] . '&' . $origin . $_SERVER['REQUEST_URI'] . '&' . $body;
$expected = hash_hmac('sha1', $message, getenv('SECRET'));
$received = strtolower($_SERVER['HTTP_X_ARTIBOT_SIGNATURE'] ?? '');
if (!hash_equals($expected, $received)) {
    http_response_code(401);
    exit;
}
$event = json_decode($body, true);
if ($event === null) {
    http_response_code(400);
    exit;
}
error_log(($event['action'] ?? '?') . ' ' . ($event['resource_version'] ?? '?'));
http_response_code(204);
