/** The Open Inference Protocol over gRPC: the same requests and answers as over HTTP, in its messages. */
@NullMarked
package io.graft.inference.grpc;

import org.jspecify.annotations.NullMarked;
