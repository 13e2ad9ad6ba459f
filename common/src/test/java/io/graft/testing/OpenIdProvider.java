package io.graft.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;

import com.sun.net.httpserver.HttpServer;

/** What a service asks of an OpenID provider: where its keys are, and the only one, {@value #KEY_ID}. */
public final class OpenIdProvider implements AutoCloseable {

    public static final String KEY_ID = "1";

    private final HttpServer server;
    private final KeyPair keys;

    private OpenIdProvider(HttpServer server, KeyPair keys) {
        this.server = server;
        this.keys = keys;
    }

    /** Makes a key and serves it on a port of its own. */
    public static OpenIdProvider start() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            OpenIdProvider provider = new OpenIdProvider(
                    HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0),
                    generator.generateKeyPair());
            provider.serve();
            return provider;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void serve() {
        answer("/.well-known/openid-configuration",
                "{\"issuer\": \"" + issuer() + "\", \"jwks_uri\": \"" + issuer() + "/jwks\"}");
        answer("/jwks", "{\"keys\": [" + jwk((RSAPublicKey) keys.getPublic()) + "]}");
        server.start();
    }

    private void answer(String path, String json) {
        server.createContext(path, exchange -> {
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    private static String jwk(RSAPublicKey key) {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        return "{\"kty\": \"RSA\", \"kid\": \"" + KEY_ID + "\", \"use\": \"sig\", \"alg\": \"RS256\", \"n\": \""
                + base64.encodeToString(key.getModulus().toByteArray()) + "\", \"e\": \""
                + base64.encodeToString(key.getPublicExponent().toByteArray()) + "\"}";
    }

    /** Its address, which stands in its tokens. */
    public String issuer() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** What it signs with: PKCS #8 in Base64. */
    public String privateKey() {
        return Base64.getEncoder().encodeToString(keys.getPrivate().getEncoded());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
