package io.graft.trainer.rest;

import java.util.List;

import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

import io.graft.access.Role;
import io.graft.backbone.BackboneStatus;
import io.graft.backbone.Backbones;

/** The backbones of this replica. Answers from memory. */
@Path("/v1/backbones")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "backbones", description = "The frozen encoders, and where each stands")
public class BackboneResource {

    private final Backbones backbones;

    @Inject
    BackboneResource(Backbones backbones) {
        this.backbones = backbones;
    }

    /** Every backbone that is configured. */
    @Schema(name = "Backbones")
    public record Listing(List<BackboneStatus> backbones) {
    }

    @GET
    @RolesAllowed(Role.READ)
    @Operation(summary = "List the backbones", operationId = "listBackbones")
    @APIResponse(responseCode = "200", description = "Every backbone that is configured, in the order of the names")
    public Listing backbones() {
        return new Listing(backbones.statuses());
    }
}
