class ModuleProgram(Module):
  __parameters__ = []
  __buffers__ = []

  # Normalized floats [n, 3, side, side] of images x [n, side, side, 3], uint8.
  # scale, shift: [3, 1, 1], float32, the normalization of a byte.
  def images(self: __torch__.ModuleProgram,
    x: Tensor,
    scale: Tensor,
    shift: Tensor) -> Tensor:
    x0 = torch.to(torch.permute(x, [0, 3, 1, 2]), 6)
    return torch.contiguous(torch.add_(torch.mul_(x0, scale), shift))

  # Features [n, d], float32, of what a module gave: [n, d] or [n, d, 1, 1].
  def features(self: __torch__.ModuleProgram,
    y: Tensor) -> Tensor:
    return torch.contiguous(torch.to(torch.flatten(torch.detach(y), 1), 6))
